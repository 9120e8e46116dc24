import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { KonvoyError } from '../../domain/error.ts';
import type { Target } from '../../domain/target.ts';
import type { Environment } from '../ssh/proxy-command.ts';
import { Tail } from '../tail.ts';
import { explainSsh } from './ssh-stderr.ts';

/** A running ssh, and the end of what it has printed on its standard error. */
export interface SshProcess {
  readonly child: ChildProcessWithoutNullStreams;
  readonly stderr: Tail;
  /** Resolves with the exit status, or undefined when a signal ended it or there is no ssh, when it has ended. */
  readonly exit: Promise<number | undefined>;
  /** Whether the program could not be started. */
  readonly isMissing: () => boolean;
}

/** Starts `argv` in a process group of its own: Ctrl-C on the terminal is ours to handle, and must not end an undo. */
export function startSsh(argv: readonly [string, ...string[]], environment: Environment): SshProcess {
  const [program, ...args] = argv;
  const child = spawn(program, args, { detached: true, env: { ...environment, LC_ALL: 'C' } });
  const stderr = new Tail();
  let isMissing = false;
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined);
  const exit = new Promise<number | undefined>((resolve) => {
    child.on('error', () => {
      isMissing = true;
      resolve(undefined);
    });
    // Not `close`: a ProxyCommand may keep the streams open for a while.
    child.on('exit', (code) => resolve(code ?? undefined));
  });
  return { child, stderr, exit, isMissing: () => isMissing };
}

/** Why ssh ended without what it was started for; its bastion may have said more about it. */
export function whyFailed(target: Target, { stderr, isMissing }: SshProcess, bastionSaid = ''): KonvoyError {
  const { host } = target;
  if (isMissing()) {
    return new KonvoyError(`${host}: this machine has no OpenSSH client (ssh)`, {
      code: 'connect-failed',
      host,
      hints: ["install OpenSSH's client here, or let konvoy-ha speak SSH itself: --transport ssh2"],
    });
  }
  const known = explainSsh(target, `${bastionSaid}\n${stderr.text}`);
  if (known !== undefined) return known;
  const said = stderr.lastLines(2);
  return new KonvoyError(`${host}: ssh failed: ${said === '' ? 'it said nothing' : said}`, {
    code: 'connect-failed',
    host,
    hints: [`try it: ssh -v -p ${target.port} ${target.user}@${target.address}`],
  });
}
