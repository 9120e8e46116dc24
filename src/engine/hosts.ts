import pLimit from 'p-limit';
import type { HostName } from '../domain/names.ts';

/** What became of the work on one host. */
export type HostOutcome<T> =
  | { readonly host: HostName; readonly status: 'ok'; readonly value: T }
  | { readonly host: HostName; readonly status: 'failed'; readonly error: unknown };

/**
 * Runs `work` for every host, at most `forks` at a time, and resolves with one outcome each, in the order given.
 * It never rejects: a host's failure neither hides nor stops another's. The only place for work on many hosts.
 */
export async function forEachHost<T>(
  hosts: readonly HostName[],
  forks: number,
  work: (host: HostName) => Promise<T>,
): Promise<readonly HostOutcome<T>[]> {
  const limit = pLimit(Math.max(1, forks));
  return Promise.all(
    hosts.map((host) =>
      limit(async (): Promise<HostOutcome<T>> => {
        try {
          return { host, status: 'ok', value: await work(host) };
        } catch (error) {
          return { host, status: 'failed', error };
        }
      }),
    ),
  );
}
