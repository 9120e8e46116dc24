import { describe, expect, test } from 'vitest';
import { PATHS } from '../../../src/backends/keepalived/layout.ts';
import type { HostFacts } from '../../../src/domain/facts.ts';
import { drained, hasVip, heirAfterUndrain, heirsOf, refuseDrain } from '../../../src/plan/drain.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { hostName } from '../../support/branded.ts';
import { ENDPOINT, appliedCluster } from '../../support/cluster.ts';

const CP1 = hostName('lb1');
const DRAINED = { by: 'ada@laptop', since: 1_763_820_000 };

/** Three hosts on which all is well, lb1 has the VIP; some are otherwise. */
function hosts(
  others: Readonly<Record<string, (facts: HostFacts) => HostFacts>> = {},
): readonly HostSnapshot[] {
  return appliedCluster(3).map((snapshot) => {
    const change = others[snapshot.intent.name] ?? ((facts: HostFacts) => facts);
    return { ...snapshot, facts: change(snapshot.facts) };
  });
}

const isDrained = (facts: HostFacts): HostFacts => ({
  ...facts,
  keepalived: { ...facts.keepalived, drained: DRAINED },
});
const isSick = (facts: HostFacts): HostFacts => ({ ...facts, api: 'silent' });
const isAtFault = (facts: HostFacts): HostFacts => ({
  ...facts,
  keepalived: { ...facts.keepalived, state: 'fault' },
});

const draining = (snapshots: readonly HostSnapshot[]): Parameters<typeof heirsOf>[0] => ({
  host: CP1,
  snapshots,
  endpoint: ENDPOINT,
});

describe('the heirs of a host that is drained', () => {
  test.each<readonly [string, readonly HostSnapshot[], readonly string[]]>([
    ['are the others, the highest priority first', hosts(), ['lb2', 'lb3']],
    ['are none that are drained', hosts({ lb2: isDrained }), ['lb3']],
    ['are none whose API server is silent', hosts({ lb2: isSick }), ['lb3']],
    ['are none at fault', hosts({ lb3: isAtFault }), ['lb2']],
    ['are nobody when all others are away', hosts().slice(0, 1), []],
  ])('%s', (_, snapshots, expected) => {
    expect(heirsOf(draining(snapshots))).toEqual(expected);
  });

  test.each<readonly [string, readonly HostSnapshot[], string | undefined]>([
    ['is itself, which has the highest priority', hosts({ lb1: isDrained }), 'lb1'],
    ['is another while its own API server is silent', hosts({ lb1: (f) => isSick(isDrained(f)) }), 'lb2'],
  ])('when it is undrained, the heir %s', (_, snapshots, expected) => {
    expect(heirAfterUndrain(draining(snapshots))).toBe(expected);
  });

  test('the one with the VIP is known', () => {
    expect(hosts().map(({ intent }) => hasVip({ ...draining(hosts()), host: intent.name }))).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('draining is refused', () => {
  const refused = (snapshots: readonly HostSnapshot[], isHeeded = true): readonly string[] =>
    refuseDrain({ ...draining(snapshots), isHeeded }).map(({ message }) => message);

  test('nowhere where all is well', () => {
    expect(refused(hosts())).toEqual([]);
  });

  test('where konvoy-ha has set nothing up', () => {
    const none = { heads: [], damaged: [], foreignClusters: [] };
    expect(refused(hosts().map((snapshot) => ({ ...snapshot, recorded: none })))).toEqual([
      'konvoy-ha has set nothing up here: there is nothing to drain',
    ]);
  });

  test(`where the check script does not look for ${PATHS.drained}`, () => {
    expect(refused(hosts(), false)).toEqual(['the check script on this host does not know of draining']);
  });
});

test('a drained host is a warning of verify, and says who has drained it', () => {
  expect(drained(hosts({ lb2: isDrained }))).toEqual([
    {
      name: 'drained',
      status: 'warn',
      host: 'lb2',
      evidence: 'drained by ada@laptop: it has the VIP only when no other host can',
      hint: 'when it may have it again: konvoy-ha undrain lb2',
    },
  ]);
});
