/** What two runs on one host exclude each other by: a flock(2) that the root shell of a run holds. */
export const LOCK_PATH = '/run/konvoy-ha.lock';

/** The descriptor that holds it, in the root shell and in a dead-man; commands do not inherit it. */
export const LOCK_FD = 9;

/** What `LOCK_PATH.owner` says of a run that holds the lock; a dead-man knows by it whether its own run does. */
export function lockOwnerMark(runId: string): string {
  return `(run ${runId})`;
}
