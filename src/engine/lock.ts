import { KonvoyError, type Diagnostic } from '../domain/error.ts';
import { LOCK_PATH, lockOwnerMark } from '../domain/host-lock.ts';
import type { HostName } from '../domain/names.ts';
import type { LockOutcome, Session } from '../transport/transport.ts';
import type { World } from './world.ts';

/** Whether the operator wants to cut off the run that holds a lock: `owner` says who it is and since when. */
export type BreakLock = (host: HostName, owner: string) => Promise<boolean>;

/** How hosts are locked. */
export interface Locking {
  /** What the lock is for, for others to read. */
  readonly command: string;
  /** Given with `--break-lock`: asked once for each run that holds a lock. */
  readonly breakLock?: BreakLock;
}

/**
 * Locks every host for this run. The lock is a flock(2) of the root shell: the kernel frees it when the session ends,
 * however it ends. It is not below /run/konvoy-ha, so that a run that changes nothing else leaves nothing there.
 */
export async function lockHosts(
  world: World,
  sessions: ReadonlyMap<HostName, Session>,
  { command, breakLock }: Locking,
): Promise<void> {
  const owner = ownerOf(world, command);
  const consents = new Map<string, boolean>();
  const agrees = async (host: HostName, holder: string): Promise<boolean> => {
    const agreed = consents.get(holder) ?? (await breakLock?.(host, holder)) === true;
    consents.set(holder, agreed);
    return agreed;
  };
  // Sorted: two operators locking the same hosts in different order would deadlock.
  for (const [host, session] of [...sessions].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const outcome = await session.lock(LOCK_PATH, owner);
    if (outcome.held) continue;
    if (breakLock === undefined || !(await agrees(host, outcome.owner))) throw lockHeld(host, outcome);
    await cutOff(world, session, outcome);
    const again = await session.lock(LOCK_PATH, owner);
    if (!again.held) throw lockHeld(host, again);
  }
}

/**
 * Takes the lock of a host anew for a run that lost its connection to it. What is left of that connection on the host is
 * ended; whoever has taken over since keeps the lock, and the host is that run's.
 */
export async function lockAgain(world: World, session: Session, command: string): Promise<void> {
  const owner = ownerOf(world, command);
  const outcome = await session.lock(LOCK_PATH, owner);
  if (outcome.held) return;
  if (!outcome.owner.includes(lockOwnerMark(world.runId)) || outcome.holder === undefined)
    throw lockHeld(session.host, outcome);
  await session.breakLock(LOCK_PATH, outcome.holder, GRACE_MS);
  const again = await session.lock(LOCK_PATH, owner);
  if (!again.held) throw lockHeld(session.host, again);
}

type Held = Extract<LockOutcome, { held: false }>;

async function cutOff(world: World, session: Session, { owner, holder }: Held): Promise<void> {
  const { host } = session;
  if (holder === undefined) {
    throw new KonvoyError(`${host} is locked, and its holder has not said which process it is`, {
      code: 'lock-held',
      host,
      hints: ['it may just have begun: try again'],
    });
  }
  const diagnostic: Diagnostic = {
    severity: 'warning',
    host,
    message: `${owner}: cutting it off, as asked`,
    hints: ['what it changes is not undone by this; that run says so where it was started'],
  };
  world.report({ type: 'diagnostic', diagnostic });
  await session.breakLock(LOCK_PATH, holder, GRACE_MS);
}

function lockHeld(host: HostName, { owner }: Held): KonvoyError {
  return new KonvoyError(`${host} is locked: ${owner === '' ? 'another run is at work' : owner}`, {
    code: 'lock-held',
    host,
    hints: [
      'wait for that run to end; the lock goes with its connection, there is nothing to clean up',
      'if it hangs: --break-lock cuts it off',
    ],
  });
}

function ownerOf({ by, runId, clock }: World, command: string): string {
  return `${by} runs ${command} ${lockOwnerMark(runId)} since ${new Date(clock.now()).toISOString()}`;
}

/** For the command that a shell is in when it is cut off: a gate or a file takes seconds, a package may take longer. */
const GRACE_MS = 30_000;
