import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { shellWord } from '../../domain/command.ts';
import type { Target } from '../../domain/target.ts';
import { endProcessGroup } from '../process-group.ts';
import type { Shareable } from '../shared-connections.ts';
import type { Environment } from '../ssh/proxy-command.ts';
import { startSsh, whyFailed, type SshProcess } from './ssh-process.ts';

/** ssh's connection to a bastion, which other runs of ssh use. */
export interface Master extends Shareable {
  /** The ProxyCommand that leads through it. */
  readonly proxyCommand: string;
  /** What it was told about streams that it may not open at all; nobody but the master hears the reason. */
  refusals(): string;
}

/** How a master is started. */
export interface MasterStart {
  readonly target: Target;
  /** ssh's arguments, given the socket to listen on. */
  readonly argumentsFor: (socket: string) => readonly string[];
  readonly environment: Environment;
  /** Where to make its directory. */
  readonly parent?: string | undefined;
  readonly readyTimeoutMs: number;
}

/**
 * Logs in at a bastion and listens on a socket in a directory that nobody else can enter; both are gone when it ends.
 * It ends with this process, too, however that ends: its shell waits for the end of our pipe.
 */
export async function startMaster(start: MasterStart, signal: AbortSignal): Promise<Master> {
  // The path of a socket is at most 104 bytes on some systems, and ssh adds 17 while it makes one.
  const usual = tmpdir().length > 60 ? '/tmp' : tmpdir();
  const directory = await mkdtemp(`${start.parent ?? usual}/kha-`);
  const socket = `${directory}/m`;
  const argv = ['/bin/sh', '-c', watchedScript, 'sh', 'ssh', ...start.argumentsFor(socket)] as const;
  const running = startSsh([...argv], start.environment);
  const ended = endOf(running, directory);
  try {
    await listening(running, socket, start, signal);
  } catch (cause) {
    stop(running);
    await ended;
    throw cause;
  }
  return {
    proxyCommand: throughSocket(socket),
    ended,
    end: () => stop(running),
    refusals: () => /^.*administratively prohibited.*$/m.exec(running.stderr.text)?.[0] ?? '',
  };
}

async function listening(
  running: SshProcess,
  socket: string,
  { target, readyTimeoutMs }: MasterStart,
  signal: AbortSignal,
): Promise<void> {
  const limit = AbortSignal.timeout(readyTimeoutMs);
  const exit = running.exit.then(() => true);
  while (!existsSync(socket)) {
    signal.throwIfAborted();
    const hasEnded = await Promise.race([exit, sleep(pollMs).then(() => false)]);
    if (hasEnded || limit.aborted) throw whyFailed(target, running);
  }
}

async function endOf(running: SshProcess, directory: string): Promise<void> {
  await running.exit;
  stop(running);
  await rm(directory, { recursive: true, force: true });
}

function stop({ child }: SshProcess): void {
  endProcessGroup(child);
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
}

// Without its master this ssh must fail, and not go to the bastion by itself with other options.
function throughSocket(socket: string): string {
  return `ssh -F none -S ${shellWord(socket)} -o 'ProxyCommand=exit 1' -o BatchMode=yes -W '[%h]:%p' -- bastion`;
}

// Two processes: one that waits for the end of our pipe, for which `$$` is the other, which becomes ssh. POSIX gives a process in
// the background /dev/null to read, hence the detour over 3.
const watchedScript = 'exec 3<&0; { cat <&3 >/dev/null; kill "$$"; } 2>/dev/null & exec "$@" 3<&- </dev/null';

const pollMs = 20;
