import { describe, expect, test } from 'vitest';
import { breakLockWith } from '../../../src/cli/confirm.ts';
import { lockAgain, lockHosts } from '../../../src/engine/lock.ts';
import type { HostName } from '../../../src/domain/names.ts';
import type { LockHolder } from '../../../src/transport/transport.ts';
import { hostName } from '../../support/branded.ts';
import { freshCluster } from '../../support/cluster.ts';
import { ScriptedPerson } from '../../support/scripted-person.ts';
import { ScriptedSession, type ScriptedLocks } from '../../support/scripted-session.ts';
import { worldOf } from '../../support/world.ts';

const LOCK = '/run/konvoy-ha.lock';
const ANN = 'ann@laptop runs apply (run run-6) since 2026-11-26T02:58:00.000Z';
const HOLDER: LockHolder = { pid: 4711, startedAt: '99' };

function sessions(): Map<HostName, ScriptedSession> {
  const names = ['lb1', 'lb2', 'lb3'].map(hostName);
  return new Map(names.map((name) => [name, new ScriptedSession(name, [])]));
}

/** Hosts two and three locked by ann. */
function lockedByAnn(holder: LockHolder | undefined = HOLDER): Map<HostName, ScriptedSession> {
  const hosts = sessions();
  for (const name of ['lb2', 'lb3']) hosts.get(hostName(name))?.lockedBy(LOCK, ANN, holder);
  return hosts;
}

describe('locking the hosts', () => {
  test('tells others who it is, for what and since when', async () => {
    const locks: ScriptedLocks = new Map();
    const [name, other] = [hostName('lb1'), new ScriptedSession(hostName('lb1'), [], locks)];
    const hosts = new Map([[name, new ScriptedSession(name, [], locks)]]);
    await lockHosts(worldOf(freshCluster()), hosts, { command: 'apply' });
    expect(await other.lock(LOCK, 'other')).toEqual({
      held: false,
      owner: 'bob@desk runs apply (run run-7) since 2026-11-26T03:00:00.000Z',
    });
  });

  test('stops at a lock that is held, says who has it, and names --break-lock', async () => {
    const world = worldOf(freshCluster());
    await expect(lockHosts(world, lockedByAnn(), { command: 'apply' })).rejects.toMatchObject({
      code: 'lock-held',
      message: `lb2 is locked: ${ANN}`,
      hints: [expect.any(String), 'if it hangs: --break-lock cuts it off'],
    });
  });

  test('with --break-lock asks once for each run, says whom it cuts off, and holds all locks then', async () => {
    const [world, hosts, person] = [worldOf(freshCluster()), lockedByAnn(), new ScriptedPerson('y')];
    await lockHosts(world, hosts, {
      command: 'apply',
      breakLock: breakLockWith({ yes: false, terminal: person }),
    });
    expect(person.questions).toEqual([
      `konvoy-ha: lb2 is locked: ${ANN}\nkonvoy-ha: cut that run off? It stops where it is. [y/N] `,
    ]);
    const said = world.events.map((event) => event.type === 'diagnostic' && event.diagnostic);
    expect(said).toMatchObject(
      ['lb2', 'lb3'].map((host) => ({
        severity: 'warning',
        host,
        message: `${ANN}: cutting it off, as asked`,
      })),
    );
    for (const session of hosts.values()) expect(await session.lock(LOCK, 'bob')).toEqual({ held: true });
  });

  test.each<readonly [string, readonly (string | undefined)[]]>([
    ['no', ['n']],
    ['nothing', ['']],
    ['by leaving', [undefined]],
  ])('breaks nothing when the operator answers %s', async (_, answers) => {
    const [world, hosts] = [worldOf(freshCluster()), lockedByAnn()];
    const breakLock = breakLockWith({ yes: false, terminal: new ScriptedPerson(...answers) });
    await expect(lockHosts(world, hosts, { command: 'apply', breakLock })).rejects.toMatchObject({
      code: 'lock-held',
    });
    expect(world.events).toEqual([]);
    expect(await hosts.get(hostName('lb2'))?.lock(LOCK, 'bob')).toMatchObject({ held: false, owner: ANN });
  });

  test('breaks nothing without a terminal and without --yes', async () => {
    const breakLock = breakLockWith({ yes: false, terminal: undefined });
    await expect(
      lockHosts(worldOf(freshCluster()), lockedByAnn(), { command: 'apply', breakLock }),
    ).rejects.toMatchObject({ code: 'lock-held', message: `lb2 is locked: ${ANN}; nothing was changed` });
  });

  test('says that it is another run when that has not said whose it is', async () => {
    const hosts = sessions();
    hosts.get(hostName('lb2'))?.lockedBy(LOCK, '');
    const breakLock = breakLockWith({ yes: false, terminal: undefined });
    await expect(
      lockHosts(worldOf(freshCluster()), hosts, { command: 'apply', breakLock }),
    ).rejects.toMatchObject({ message: 'lb2 is locked: another run is at work; nothing was changed' });
  });

  test('breaks no lock whose holder is not known', async () => {
    const hosts = sessions();
    hosts.get(hostName('lb2'))?.lockedBy(LOCK, ANN);
    const breakLock = breakLockWith({ yes: true, terminal: undefined });
    await expect(
      lockHosts(worldOf(freshCluster()), hosts, { command: 'apply', breakLock }),
    ).rejects.toMatchObject({
      code: 'lock-held',
      message: 'lb2 is locked, and its holder has not said which process it is',
    });
  });
});

describe('a run that has lost its connection', () => {
  const lost = (): ScriptedSession => new ScriptedSession(hostName('lb1'), []);

  test('takes the lock from what is left of that connection', async () => {
    const own = 'bob@desk runs apply (run run-7) since 2026-11-26T02:59:00.000Z';
    const session = lost().lockedBy(LOCK, own, HOLDER);
    await lockAgain(worldOf(freshCluster()), session, 'undo');
    expect(await session.lock(LOCK, 'again')).toEqual({ held: true });
  });

  test('takes a lock that is free', async () => {
    const session = lost();
    await lockAgain(worldOf(freshCluster()), session, 'undo');
    expect(await session.lock(LOCK, 'again')).toEqual({ held: true });
  });

  test('leaves the host to the run that has cut it off', async () => {
    const session = lost().lockedBy(LOCK, ANN, HOLDER);
    await expect(lockAgain(worldOf(freshCluster()), session, 'undo')).rejects.toMatchObject({
      code: 'lock-held',
      message: `lb1 is locked: ${ANN}`,
    });
  });
});
