import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeKey, storeKey, type TestKey, type TestKeyType } from './ssh-keys.ts';

/** Whether a real sshd can be started here: it needs OpenSSH's server and root, for its privilege separation. */
export const sshdIsAvailable = existsSync('/usr/sbin/sshd') && process.getuid?.() === 0;

export interface SshdOptions {
  /** A directory of the test's own. */
  readonly directory: string;
  readonly authorized: readonly TestKey[];
  readonly hostKeyTypes?: readonly TestKeyType[];
  /** Private key of an authority that certifies the host keys. */
  readonly certifiedBy?: string;
  /** More lines for sshd_config, which beat those of every test. */
  readonly settings?: readonly string[];
  /** A password for root that counts for this server only: it sees an /etc of its own. */
  readonly rootPassword?: RootPassword;
}

export interface RootPassword {
  readonly password: string;
  /** It has to be changed at the next login. */
  readonly isExpired?: boolean;
}

/** A real OpenSSH server on 127.0.0.1. */
export class Sshd implements AsyncDisposable {
  readonly port: number;
  readonly hostKeys: readonly TestKey[];
  readonly #process: ChildProcess;
  readonly #log: () => string;

  private constructor(port: number, hostKeys: readonly TestKey[], child: ChildProcess, log: () => string) {
    this.port = port;
    this.hostKeys = hostKeys;
    this.#process = child;
    this.#log = log;
  }

  /** What sshd logged so far. */
  get log(): string {
    return this.#log();
  }

  static async start(options: SshdOptions): Promise<Sshd> {
    const { directory } = options;
    // Debian's sshd refuses to start without its directory for privilege separation.
    await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
    const rootHome = `${directory}/root`;
    await mkdir(rootHome, { recursive: true });
    const hostKeys = (options.hostKeyTypes ?? ['ed25519']).map((type) => makeKey(type));
    const hostKeyFiles = await Promise.all(
      hostKeys.map((key, index) => storeKey(`${directory}/host_key_${index}`, key)),
    );
    if (options.certifiedBy !== undefined) certify(hostKeyFiles, options.certifiedBy);
    const port = await freePort();
    await writeFile(
      `${directory}/authorized_keys`,
      options.authorized.map(({ publicLine }) => `${publicLine}\n`).join(''),
    );
    const settings = [
      ...(options.settings ?? []),
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      ...hostKeyFiles.map((file) => `HostKey ${file}`),
      ...(options.certifiedBy === undefined
        ? []
        : hostKeyFiles.map((file) => `HostCertificate ${file}-cert.pub`)),
      `AuthorizedKeysFile ${directory}/authorized_keys`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'PermitRootLogin yes',
      // What root's own start-up files do at a login is that machine's affair: version managers take seconds and locks.
      `SetEnv HOME=${rootHome}`,
    ];
    await writeFile(`${directory}/sshd_config`, `${settings.join('\n')}\n`);
    const command = ['/usr/sbin/sshd', '-D', '-e', '-f', `${directory}/sshd_config`];
    const [program = '', ...args] =
      options.rootPassword === undefined
        ? command
        : withPassword(await copyOfEtc(directory, options.rootPassword), command);
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const sshd = new Sshd(port, hostKeys, child, () => log);
    await sshd.#listening();
    return sshd;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await exited;
  }

  async #listening(): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt += 1) {
      if (this.#process.exitCode !== null) throw new Error(`sshd ended: ${this.log}`);
      if (this.log.includes('Server listening') && (await answers(this.port))) return;
      await sleep(20);
    }
    throw new Error(`sshd does not listen: ${this.log}`);
  }
}

function certify(hostKeyFiles: readonly string[], authority: string): void {
  const publicHalves = hostKeyFiles.map((file) => `${file}.pub`);
  execFileSync('ssh-keygen', ['-q', '-h', '-s', authority, '-I', 'host', '-n', '127.0.0.1', ...publicHalves]);
}

/** A copy of /etc in which root has that password. */
async function copyOfEtc(directory: string, { password, isExpired }: RootPassword): Promise<string> {
  const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password, encoding: 'utf8' });
  const copy = `${directory}/etc`;
  // It fails for lock files that came and went meanwhile; what is needed is read below, or was not copied.
  spawnSync('cp', ['--archive', '/etc', copy]);
  const others = (await readFile(`${copy}/shadow`, 'utf8'))
    .split('\n')
    .filter((line) => !line.startsWith('root:'));
  const root = `root:${hash.trim()}:${isExpired === true ? 0 : 20_000}:0:99999:7:::`;
  await writeFile(`${copy}/shadow`, [root, ...others].join('\n'), { mode: 0o600 });
  return copy;
}

/**
 * A mount is seen by the command alone: nobody else can ever log in with that password. All of /etc, because a mount on
 * the one file ends when anybody on this machine adds a user: rename(2) takes it off.
 */
function withPassword(copy: string, command: readonly string[]): readonly string[] {
  const script = 'mount --make-rprivate / && mount --bind "$0" /etc && exec "$@"';
  return ['unshare', '--mount', 'sh', '-c', script, copy, ...command];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
