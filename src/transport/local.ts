import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Target } from '../domain/target.ts';
import { elevationOf } from './become.ts';
import { childChannel } from './child-channel.ts';
import type { ShellChannel } from './dialogue.ts';
import { openRootShell } from './root-shell.ts';
import type { Session, Transport } from './transport.ts';

/** How a local root shell is started. */
export interface LocalTransportOptions {
  /** `never` takes the shell of whoever runs konvoy-ha, root or not. Default `sudo`. */
  readonly elevate?: 'sudo' | 'never';
}

/** Reaches the machine konvoy-ha runs on, for `ansible_connection: local`. */
export function createLocalTransport(options: LocalTransportOptions = {}): Transport {
  return {
    async connect(target: Target, signal?: AbortSignal): Promise<Session> {
      signal?.throwIfAborted();
      const elevation = options.elevate === 'never' ? { command: 'exec /bin/sh -s' } : elevationOf(target);
      // Its own session and process group: Ctrl-C on the terminal is ours to handle, and must not end an undo.
      const child = spawn('/bin/sh', ['-c', elevation.command], {
        cwd: '/',
        detached: true,
        env: { PATH: searchPath },
      });
      return openRootShell(channelOf(child), { target, elevation, readyTimeoutMs }, signal);
    },
  };
}

function channelOf(child: ChildProcessWithoutNullStreams): ShellChannel {
  return childChannel(child, {
    describe: (exit) => `the shell ended (${exit})`,
    // No kill: a shell that dies before the command it runs would free the lock too early. It ends by itself when
    // it finds its streams closed, and nobody has to wait for it.
    destroy: () => child.unref(),
  });
}

const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const readyTimeoutMs = 20_000;
