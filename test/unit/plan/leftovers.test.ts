import { describe, expect, test } from 'vitest';
import type { Change } from '../../../src/domain/plan.ts';
import { assemblePlan, wantedAsObserved, wantedBeforeUs, type PlanHost } from '../../../src/plan/assemble.ts';
import { describeHost } from '../../../src/plan/describe.ts';
import { leftoversOf } from '../../../src/plan/leftovers.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { ip } from '../../support/branded.ts';
import {
  appliedCluster,
  desiredOf,
  ENDPOINT,
  freshHost,
  holdingVip,
  VIP,
  withService,
} from '../../support/cluster.ts';
import { found, having, verdict } from '../../support/evidence.ts';

const killed = (snapshot: HostSnapshot): HostSnapshot =>
  withService(holdingVip(snapshot), { enabled: true, running: false });
const stopped = (snapshot: HostSnapshot): HostSnapshot =>
  withService(snapshot, { enabled: true, running: false });

const NAME = '10.0.50.20/32 dev eth0';

/** What a plan that wants the same as before does to addresses, by host. */
function removals(
  snapshots: readonly HostSnapshot[],
  wantedOf: (snapshot: HostSnapshot) => PlanHost['wanted'] = (snapshot) =>
    desiredOf(snapshots).wanted.get(snapshot.intent.name) ?? new Map(),
): readonly string[] {
  const frame = { command: 'apply', headline: '', vip: VIP, advertIntervalMs: 500 } as const;
  const hosts = snapshots.map((snapshot) => ({ snapshot, wanted: wantedOf(snapshot), priority: 200 }));
  return assemblePlan(frame, hosts).hosts.flatMap(({ host, changes }) =>
    changes.flatMap((change) => removalWords(host, change)),
  );
}

function removalWords(host: string, { key, action, observed }: Change): readonly string[] {
  if (observed?.kind !== 'address') return [];
  return [`${action} ${host} ${key}${observed.isSpare ? ', spare' : ''}`];
}

describe('a VIP that was left', () => {
  test.each<readonly [string, HostSnapshot, readonly string[]]>([
    ['is none where keepalived runs', holdingVip(appliedCluster()[0] ?? freshHost('lb1')), []],
    ['is none where keepalived ended in good order', stopped(appliedCluster()[1] ?? freshHost('lb2')), []],
    ['is none on a host that was never ours: somebody else may move it', killed(freshHost('lb1')), []],
    ['is there where keepalived was killed', killed(appliedCluster()[1] ?? freshHost('lb2')), [NAME]],
  ])('%s', (_, snapshot, expected) => {
    expect(
      leftoversOf(snapshot, [VIP]).map(
        ({ interface: device, prefix }) => `${prefix.address}/${prefix.length} dev ${device}`,
      ),
    ).toEqual(expected);
  });

  test('may be the one of the configuration that is still there', () => {
    const [lb1 = freshHost('lb1')] = appliedCluster();
    expect(leftoversOf(killed(lb1), [ip('10.0.50.21')])).toHaveLength(1);
  });

  test('is said by status, and verify fails', () => {
    const lb2 = killed(appliedCluster()[1] ?? freshHost('lb2'));
    expect(describeHost(lb2, ENDPOINT).leftovers).toEqual([NAME]);
    const seen = verdict({ snapshots: having({ lb2: killed }) });
    expect(found(seen, 'leftover')).toEqual([
      `fail lb2: ${NAME} is there, and keepalived does not run: one that was killed has left it`,
    ]);
    expect(seen.checks.find(({ name }) => name === 'leftover')?.hint).toContain(`ip addr del ${NAME}`);
  });
});

describe('a plan', () => {
  test('takes it away at once where a host that runs has it', () => {
    expect(removals(having({ lb2: killed }))).toEqual([`remove lb2 address:${NAME}, spare`]);
  });

  test('leaves it to the keepalived that starts where nobody else has it', () => {
    expect(removals(having({ lb1: killed, lb2: stopped, lb3: stopped }))).toEqual([]);
  });

  test('takes it away in the end where another VIP is asked for', () => {
    const snapshots = having({ lb1: killed, lb2: stopped, lb3: stopped });
    const other = { ...ENDPOINT, vip: ip('10.0.50.21') };
    expect(
      removals(snapshots, ({ intent }) => desiredOf(snapshots, other).wanted.get(intent.name) ?? new Map()),
    ).toEqual([`remove lb1 address:${NAME}`]);
  });

  test('takes it away in the end where everything goes', () => {
    const snapshots = having({ lb1: killed, lb2: stopped, lb3: stopped });
    expect(
      removals(snapshots, ({ recorded }) =>
        recorded.latest === undefined ? new Map() : wantedBeforeUs(recorded.latest, false),
      ),
    ).toEqual([`remove lb1 address:${NAME}`]);
  });

  test('that goes back to what was observed leaves it, unless another has it', () => {
    const back = (snapshot: HostSnapshot): PlanHost['wanted'] => wantedAsObserved(snapshot.observed);
    expect(removals(having({ lb1: killed, lb2: stopped, lb3: stopped }), back)).toEqual([]);
    expect(removals(having({ lb2: killed }), back)).toEqual([`remove lb2 address:${NAME}, spare`]);
  });

  test('has nothing to do with addresses where all is well', () => {
    expect(removals(appliedCluster())).toEqual([]);
  });
});
