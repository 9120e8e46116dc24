import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Ends a child that was started `detached`, and all that it has started: a ProxyCommand may be a pipeline. First in a way
 * that it can see to, then for good.
 */
export function endProcessGroup(child: ChildProcess): void {
  signalGroup(child, 'TERM');
  setTimeout(() => signalGroup(child, 'KILL'), graceMs).unref();
}

// `child.kill` reaches the child alone.
function signalGroup({ pid }: ChildProcess, signal: 'TERM' | 'KILL'): void {
  if (pid === undefined) return;
  const killer = spawn('/bin/sh', ['-c', 'kill -s "$1" -- "-$2"', 'sh', signal, String(pid)], {
    stdio: 'ignore',
  });
  killer.on('error', () => undefined);
}

const graceMs = 2_000;
