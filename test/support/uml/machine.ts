import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { must, run, type CommandResult } from '../../../src/lab/command.ts';
import type { LabContext } from '../../../src/lab/context.ts';
import { guestDirectory } from '../../../src/lab/guest.ts';
import type { StatePaths } from '../../../src/lab/state-files.ts';
import type { HostPlan } from '../../../src/lab/addresses.ts';
import { KERNEL } from './image.ts';

/** What a machine is made from. */
export interface MachinePlan {
  readonly host: HostPlan;
  readonly paths: StatePaths;
  readonly disk: string;
  /** The interface of this machine that is the other end of its wire; the bridge that it is plugged into. */
  readonly tap: string;
  readonly bridge: string;
}

/** A Debian host with a kernel of its own, which is one process of this machine. */
export class UmlMachine {
  readonly #context: LabContext;
  readonly #plan: MachinePlan;
  #process: ChildProcess | undefined;

  constructor(context: LabContext, plan: MachinePlan) {
    this.#context = context;
    this.#plan = plan;
  }

  get name(): string {
    return this.#plan.host.name;
  }

  get address(): string {
    return this.#plan.host.address;
  }

  /** Plugs the machine in and switches it on; it is not up yet. */
  async powerOn(): Promise<void> {
    const { host, disk, tap, bridge, paths } = this.#plan;
    const seed = await this.#seed();
    await must(this.#context, ['ip', 'tuntap', 'add', tap, 'mode', 'tap']);
    await must(this.#context, ['ip', 'link', 'set', tap, 'master', bridge, 'up']);
    const own = join(paths.directory, `${host.name}.cow`);
    const log = openSync(join(paths.directory, `${host.name}.log`), 'a');
    const options = [
      ...[`ubd0=${own},${disk}`, `ubd1r=${seed}`, 'root=/dev/ubda', 'rw', 'mem=512M', 'quiet'],
      ...['con=null', 'con0=null,fd:1', `vec0:transport=tap,ifname=${tap},depth=128,gro=1`],
      ...[`systemd.hostname=${host.name}`, `umid=${tap}`, `uml_dir=${paths.directory}`],
    ];
    // A group of its own: the kernel's own processes end with it.
    this.#process = spawn(KERNEL, options, { detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
  }

  /** Waits until the machine has booted and can be reached; throws with what systemd says when something has failed. */
  async waitUntilUp(): Promise<void> {
    for (let tries = 0; tries < 150; tries += 1) {
      const { stdout } = await this.exec('systemctl is-system-running --wait');
      if (stdout.trim() === 'running') return;
      if (stdout.trim() !== '') throw new Error(`${this.name} is ${stdout.trim()}: ${await this.#failed()}`);
      await sleep(1000);
    }
    throw new Error(`${this.name} did not come up`);
  }

  /** Runs a shell script on the machine as root. */
  async exec(script: string): Promise<CommandResult> {
    const { paths } = this.#plan;
    const options = ['ConnectTimeout=5', `UserKnownHostsFile=${paths.knownHosts}`, 'LogLevel=ERROR'];
    const argv = ['ssh', '-i', paths.privateKey, '-o', 'BatchMode=yes'];
    return run(this.#context, [
      ...argv,
      ...options.flatMap((option) => ['-o', option]),
      `root@${this.address}`,
      script,
    ]);
  }

  /** What a shell script says on the machine; throws when it fails. */
  async read(script: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.exec(script);
    if (exitCode === 0) return stdout.trim();
    throw new Error(`${this.name}: ${script} ended with ${exitCode}\n${stderr}${stdout}`);
  }

  /** Cuts the power. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.pid === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    process.kill(-child.pid, 'SIGKILL');
    await ended;
  }

  /** Takes the machine away with everything that it has here. */
  async remove(): Promise<void> {
    await this.kill();
    await run(this.#context, ['ip', 'link', 'delete', this.#plan.tap]);
  }

  /** What it wrote on its console last. */
  async lastWords(): Promise<string> {
    const log = await readFile(join(this.#plan.paths.directory, `${this.name}.log`), 'utf8');
    return log.split('\n').slice(-6).join('\n');
  }

  async #failed(): Promise<string> {
    return (await this.exec('systemctl list-units --failed --plain --no-legend')).stdout;
  }

  /** The files that make this host what it is, as a disk that is a tar archive. */
  async #seed(): Promise<string> {
    const { host, paths } = this.#plan;
    const root = join(paths.directory, `${host.name}.seed`);
    const guest = join(root, guestDirectory);
    const api = join(root, 'etc/konvoy-ha-lab/api');
    await Promise.all([guest, api].map(async (path) => mkdir(path, { recursive: true })));
    const server = new URL('../../../src/lab/stand-in/api-server.mjs', import.meta.url);
    await Promise.all([
      cp(fileURLToPath(server), join(guest, 'api-server.mjs')),
      cp(paths.publicKey, join(guest, 'authorized_keys')),
      cp(join(paths.tls, `${host.name}.key`), join(api, 'tls.key')),
      cp(join(paths.tls, `${host.name}.crt`), join(api, 'tls.crt')),
      writeFile(join(guest, 'interface'), `eth0 ${host.address}/24 ${host.address6}/64\n`),
      writeFile(join(guest, 'unpacked'), unpacked(dirname(this.#context.nodePath))),
      writeFile(join(root, 'etc/hostname'), `${host.name}\n`),
      writeFile(join(root, 'etc/hosts'), `127.0.0.1 localhost\n127.0.1.1 ${host.name}\n`),
    ]);
    const archive = `${root}.tar`;
    await must(this.#context, ['tar', '-C', root, '--owner=0', '--group=0', '-cf', archive, '.']);
    await rm(root, { recursive: true });
    return archive;
  }
}

/**
 * The interface of User-Mode Linux gets the name that the lab's hosts have; node is this machine's own, as in the lab. The
 * check scripts have keepalived's priority, and take nearly all that such a machine can do: ssh would wait for ever.
 */
function unpacked(nodeDirectory: string): string {
  return `set -eu
cd ${guestDirectory}
mkdir -p machine
mountpoint -q machine || mount -t hostfs none machine -o '${nodeDirectory}'
ln -sf machine/node node
[ ! -e /sys/class/net/vec0 ] || ip link set vec0 name eth0
mkdir -p /etc/systemd/system/keepalived.service.d
printf '[Service]\\nNice=0\\n' >/etc/systemd/system/keepalived.service.d/90-lab.conf
`;
}
