import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the lab may know of the process it runs in; the composition root fills it. */
export interface LabContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** User id of this process; only root may install or start a container engine. */
  readonly uid: number;
  /** The node binary that the hosts run the stand-in API server with, normally this process's own. */
  readonly nodePath: string;
  /** Receives one line of progress: lower case, no full stop, no line break. */
  readonly say: (line: string) => void;
}

/** Debian releases a lab host can be. */
export type Suite = 'bookworm' | 'trixie' | 'bullseye';

/** Every suite there is an image recipe for, the default first. */
export const suites: readonly Suite[] = ['bookworm', 'trixie', 'bullseye'];

/** Where the lab keeps what outlives a run: the engine's log and pid, never a lab's own state. */
export function cacheDirectory(env: LabContext['env']): string {
  const base = env['XDG_CACHE_HOME'];
  // XDG Base Directory Specification: a relative path must be ignored.
  return join(base?.startsWith('/') === true ? base : join(homedir(), '.cache'), 'konvoy-ha-lab');
}
