import { describe, expect, test } from 'vitest';
import type { HostName } from '../../../src/domain/names.ts';
import { applyCommand, rollbackCommand } from '../../../src/engine/alter.ts';
import { gatherHost } from '../../../src/engine/gather.ts';
import { historyCommand, planCommand, planRollbackCommand } from '../../../src/engine/look.ts';
import { statusCommand } from '../../../src/engine/status.ts';
import { savePlan } from '../../../src/engine/saved-plan.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { advertIntervalMs, hostName } from '../../support/branded.ts';
import { applied, appliedCluster, CONF, ENDPOINT, freshCluster, withConf } from '../../support/cluster.ts';
import { SeenHost } from '../../support/seen-host.ts';
import { worldOf, type ReportedWorld } from '../../support/world.ts';

// Whole commands over hosts that answer what they are asked, and bear no change.

const ALL = new Set(['lb1', 'lb2', 'lb3'].map(hostName));
const COMMAND = {
  verify: true,
  keepOnFailure: false,
  confirmTimeoutS: undefined,
  confirm: async () => Promise.resolve(true),
};
const byHand = (snapshot: HostSnapshot): HostSnapshot => withConf(snapshot, (text) => `${text}# by hand\n`);

function second(
  change: (snapshot: HostSnapshot) => HostSnapshot,
  snapshots: readonly HostSnapshot[] = appliedCluster(),
): readonly HostSnapshot[] {
  return snapshots.map((snapshot, index) => (index === 1 ? change(snapshot) : snapshot));
}

/** Hosts that are seen like this, look after look. */
function seen(...looks: readonly (readonly HostSnapshot[])[]): ReportedWorld {
  const [first = []] = looks;
  const hosts = first.map((snapshot, index): readonly [HostName, SeenHost] => [
    snapshot.intent.name,
    new SeenHost(snapshot, ...looks.slice(1).flatMap((look) => look[index] ?? [])),
  ]);
  return worldOf(first, new Map(hosts));
}

async function saved(snapshots: readonly HostSnapshot[]): Promise<ReturnType<typeof savePlan>> {
  const world = seen(snapshots);
  return savePlan(world, await planCommand(world, ALL), { tool: '0.1.0', salt: 's', limit: ALL });
}

function statusOf({ events }: ReportedWorld): unknown {
  return events.flatMap((event) => (event.type === 'status' ? [event.status] : []))[0];
}

test.each([
  ['fresh', freshCluster()],
  ['applied', appliedCluster()],
])('the hosts of these tests are seen as they are: %s', async (_, snapshots) => {
  for (const snapshot of snapshots)
    expect(await gatherHost(seen(snapshots), new SeenHost(snapshot), snapshot.intent)).toEqual(snapshot);
});

describe('apply of a saved plan', () => {
  test('that holds and changes nothing ends well', async () => {
    const world = seen(appliedCluster());
    await applyCommand(world, ALL, { ...COMMAND, saved: await saved(appliedCluster()) });
    expect(world.events.at(-1)).toMatchObject({ type: 'host-finished', host: 'lb3', state: 'unchanged' });
  });

  test('is refused, and not even shown, when a host has changed since', async () => {
    const world = seen(second(byHand));
    await expect(
      applyCommand(world, ALL, { ...COMMAND, saved: await saved(freshCluster()) }),
    ).rejects.toMatchObject({ code: 'plan-stale' });
    expect(world.events.filter(({ type }) => type === 'plan')).toEqual([]);
  });

  test('is refused when a host changes between the first look and the one under the lock', async () => {
    const again = (snapshot: HostSnapshot): HostSnapshot => byHand(byHand(snapshot));
    const world = seen(second(byHand), second(again));
    await expect(
      applyCommand(world, ALL, { ...COMMAND, saved: await saved(second(byHand)) }),
    ).rejects.toMatchObject({
      code: 'plan-stale',
      diagnostics: [{ message: `lb2: file ${CONF.slice(5)} has changed on the host` }],
    });
    const ends = world.events.filter((event) => event.type === 'host-finished');
    expect(ends).toMatchObject(
      ['lb1', 'lb2', 'lb3'].map((host) => ({ host, state: 'unchanged', detail: 'not touched' })),
    );
  });

  test('with --dry-run only says whether it holds', async () => {
    const plan = await saved(second(byHand));
    expect((await planCommand(seen(second(byHand)), ALL, plan)).plan.isEmpty).toBe(false);
    await expect(planCommand(seen(appliedCluster()), ALL, plan)).rejects.toMatchObject({
      code: 'plan-stale',
    });
  });
});

describe('hosts that disagree about the newest generation', () => {
  const [, newer] = applied(appliedCluster(), 2);
  const apart = second((snapshot) => newer ?? snapshot);
  const words = '2 on lb2; 1 on lb1, lb3';

  test('are not mixed by a rollback that is not told where to', async () => {
    const refused = { code: 'usage', message: `the hosts disagree about the newest generation: ${words}` };
    await expect(planRollbackCommand(seen(apart), ALL, undefined)).rejects.toMatchObject(refused);
    const command = { ...COMMAND, to: undefined };
    await expect(rollbackCommand(seen(apart), ALL, command)).rejects.toMatchObject(refused);
  });

  test('are said by status, and by a plan that an apply records a generation', async () => {
    const world = seen(apart);
    await statusCommand(world, ALL);
    expect(statusOf(world)).toMatchObject({ newest: 2, hosts: [{ generation: 1 }, { generation: 2 }, {}] });
    const { plan } = await planCommand(seen(apart), ALL);
    expect(plan).toMatchObject({
      isEmpty: true,
      recordsBecause: `the hosts disagree about the newest generation: ${words}`,
    });
  });

  test('are a part of the hosts when only those are asked for', async () => {
    const { plan } = await planCommand(seen(apart), new Set([hostName('lb2')]));
    expect(plan.isEmpty).toBe(true);
    expect(plan.recordsBecause).toBeUndefined();
  });
});

describe('a damaged generation', () => {
  const path = '/var/lib/konvoy-ha/prod/generations/2/generation.json';
  const twice = applied(appliedCluster(), 2);
  const damaged = second(
    (snapshot) => ({
      ...snapshot,
      recorded: {
        ...(appliedCluster()[1] ?? snapshot).recorded,
        damaged: [{ number: 2, files: [path] }],
      },
    }),
    twice,
  );

  test('is never gone back to, nor passed over', async () => {
    await expect(planRollbackCommand(seen(damaged), ALL, 2)).rejects.toMatchObject({
      host: 'lb2',
      message: `generation 2 on lb2 is damaged: ${path} is not what was recorded`,
    });
  });

  test('is named by status and history, and replaced by an apply', async () => {
    const world = seen(damaged);
    await statusCommand(world, ALL);
    expect(statusOf(world)).toMatchObject({ newest: 2, hosts: [{}, { generation: 1, damaged: [path] }, {}] });
    await historyCommand(world, ALL);
    expect(world.events.at(-1)).toMatchObject({
      type: 'history',
      hosts: [
        { whole: [1, 2], damaged: [] },
        { whole: [1], damaged: [{ number: 2, files: [path] }] },
        { whole: [1, 2] },
      ],
    });
    const { plan, lastGeneration } = await planCommand(seen(damaged), ALL);
    expect(plan.recordsBecause).toBe('the newest generation is damaged on lb2');
    expect(lastGeneration).toBe(2);
  });
});

describe('status', () => {
  test('tells what was changed by hand from what the inventory asks for', async () => {
    const settings = { ...ENDPOINT.settings, advertIntervalMs: advertIntervalMs(1000) };
    const world = { ...seen(second(byHand)), endpoint: { ...ENDPOINT, settings } };
    expect(await statusCommand(world, ALL)).toMatchObject({ drifted: true });
    expect(statusOf(world)).toMatchObject({
      hosts: [
        { drift: [], pending: [CONF] },
        { drift: [CONF], pending: [CONF] },
        { drift: [], pending: [CONF] },
      ],
    });
  });

  test('knows it for a part of the hosts, and says when it cannot', async () => {
    const world = seen(appliedCluster());
    await statusCommand(world, new Set([hostName('lb1')]));
    expect(statusOf(world)).toMatchObject({ hosts: [{ host: 'lb1', drift: [] }] });
    expect(statusOf(world)).not.toHaveProperty('pendingUnknown');
    const nameless = appliedCluster().map((snapshot) => ({
      ...snapshot,
      intent: { ...snapshot.intent, target: { ...snapshot.intent.target, address: 'by-dns' } },
    }));
    const blind = seen(nameless);
    await statusCommand(blind, new Set([hostName('lb1')]));
    expect(statusOf(blind)).toHaveProperty('pendingUnknown', 'lb2, lb3: not asked, or no answer');
  });
});
