import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { ShellChannel } from './dialogue.ts';

/** What is particular to a child whose streams are a shell's. */
export interface ChildEnd {
  /** How it ended, for people. */
  readonly describe: (exit: string) => string;
  /** Called when nothing more is wanted of the shell, and its input has ended. */
  readonly hangUp?: () => void;
  /** Called once the streams are destroyed. */
  readonly destroy: () => void;
}

/** The three streams of a shell that runs in a child, or behind one. */
export function childChannel(child: ChildProcessWithoutNullStreams, end: ChildEnd): ShellChannel {
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended: endOf(child, end),
    hangUp: () => {
      child.stdin.end();
      end.hangUp?.();
    },
    destroy: () => {
      destroyStreams(child);
      end.destroy();
    },
  };
}

function endOf(child: ChildProcessWithoutNullStreams, { describe }: ChildEnd): Promise<string> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(describe(signal ?? `exit ${code ?? '?'}`)));
    // A daemon that a command started may hold the pipes open for ever; the shell's end is the end.
    child.on('exit', () => setTimeout(() => destroyStreams(child), drainMs).unref());
  });
}

function destroyStreams(child: ChildProcessWithoutNullStreams): void {
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
}

const drainMs = 500;
