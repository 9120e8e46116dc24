import { KonvoyError } from '../domain/error.ts';
import { LOCK_PATH, lockOwnerMark } from '../domain/host-lock.ts';
import type { HostName } from '../domain/names.ts';
import type { Session } from '../transport/transport.ts';
import type { World } from './world.ts';

/**
 * Locks every host for this run. The lock is a flock(2) of the root shell: the kernel frees it when the session ends,
 * however it ends. It is not below /run/konvoy-ha, so that a run that changes nothing else leaves nothing there.
 */
export async function lockHosts(
  world: World,
  sessions: ReadonlyMap<HostName, Session>,
  command: string,
): Promise<void> {
  const owner = `${world.by} runs ${command} ${lockOwnerMark(world.runId)} since ${new Date(world.clock.now()).toISOString()}`;
  // Sorted: two operators locking the same hosts in different order would deadlock.
  for (const [host, session] of [...sessions].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const outcome = await session.lock(LOCK_PATH, owner);
    if (outcome.held) continue;
    throw new KonvoyError(
      `${host} is locked: ${outcome.owner === '' ? 'another run is at work' : outcome.owner}`,
      {
        code: 'lock-held',
        host,
        hints: ['wait for that run to end; the lock goes with its connection, there is nothing to clean up'],
      },
    );
  }
}
