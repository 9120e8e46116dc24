import { describe, expect, test } from 'vitest';
import type { BalancerFacts } from '../../../src/domain/facts.ts';
import { refuseBalancer } from '../../../src/plan/refuse-balancer.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { BALANCED, BALANCER, balancedCluster, unbalancedCluster } from '../../support/balanced.ts';
import { ENDPOINT, withResource } from '../../support/cluster.ts';
import { found, HERE, verdict } from '../../support/evidence.ts';

function seen(facts: Partial<BalancerFacts>): (snapshot: HostSnapshot) => HostSnapshot {
  return (snapshot) => {
    const balancer = { port: 16_443, listens: true, redirects: true, ...facts };
    return { ...snapshot, facts: { ...snapshot.facts, balancer } };
  };
}

function service(state: { enabled: boolean; running: boolean }): (snapshot: HostSnapshot) => HostSnapshot {
  const resource = { kind: 'service', name: 'konvoy-ha-haproxy', role: 'balancer', ...state } as const;
  return (snapshot) => withResource(snapshot, BALANCER, { status: 'present', resource });
}

/** The verdict on the balancer of lb2, when it is seen like this. */
function judged(...edits: readonly ((snapshot: HostSnapshot) => HostSnapshot)[]): string | undefined {
  const snapshots = balancedCluster().map((snapshot) =>
    snapshot.intent.name === 'lb2' ? edits.reduce((so, edit) => edit(so), snapshot) : snapshot,
  );
  return found(verdict({ endpoint: BALANCED, snapshots }), 'balancer').find((line) =>
    line.includes(' lb2: '),
  );
}

describe('the balancer of a host', () => {
  test('passes when it runs, is given what reaches the VIP, and reaches API servers that are ready', () => {
    const good = verdict({ endpoint: BALANCED, snapshots: balancedCluster() });
    expect(found(good, 'balancer')).toEqual(
      ['lb1', 'lb2', 'lb3'].map(
        (name) => `pass ${name}: haproxy on port 16443 leads to API servers that are ready`,
      ),
    );
    expect(good.isGood).toBe(true);
  });

  test('is nobody’s business where none is asked for', () => {
    expect(found(verdict({ snapshots: balancedCluster(), endpoint: ENDPOINT }), 'balancer')).toEqual([]);
  });

  test.each<[string, (snapshot: HostSnapshot) => HostSnapshot, string]>([
    [
      'fails where it does not run',
      service({ enabled: true, running: false }),
      'fail lb2: haproxy does not run: what reaches the VIP here goes to the API server of this host',
    ],
    [
      'fails where it would not after a reboot',
      service({ enabled: false, running: true }),
      'fail lb2: haproxy runs, but would not after a reboot',
    ],
    [
      'fails where the rules of nft are gone',
      seen({ redirects: false, answer: 200 }),
      'fail lb2: haproxy runs, but what reaches the VIP here goes past it: somebody has flushed the rules of nft',
    ],
    ['fails where it reaches nobody', seen({}), 'fail lb2: haproxy on port 16443 reaches no API server'],
    [
      'fails where nobody is ready',
      seen({ answer: 500 }),
      'fail lb2: haproxy on port 16443 leads to API servers that say 500',
    ],
    [
      'passes where anonymous clients are kept out',
      seen({ answer: 401 }),
      'pass lb2: haproxy on port 16443 leads to API servers, which say 401',
    ],
  ])('%s', (_, edit, expected) => {
    expect(judged(edit)).toBe(expected);
  });

  test('is only warned of before there is any API server', () => {
    const snapshots = balancedCluster()
      .map(seen({}))
      .map((snapshot) => ({ ...snapshot, facts: { ...snapshot.facts, api: 'refuses' as const } }));
    expect(found(verdict({ endpoint: BALANCED, snapshots }), 'balancer')[0]).toBe(
      'warn lb1: haproxy on port 16443 reaches no API server',
    );
  });
});

describe('who answers at the VIP', () => {
  const other = { ...HERE, certificate: 'AA:lb3' };

  test('may be any host with haproxy, and only the owner without', () => {
    const balanced = verdict({ endpoint: BALANCED, snapshots: balancedCluster(), sightings: [other] });
    expect(found(balanced, 'answered-by')).toEqual(['pass -: lb3 answered, through haproxy']);
    const bare = verdict({ sightings: [other] });
    expect(found(bare, 'answered-by')).toEqual(['fail -: lb3 answered, but lb1 has the VIP']);
  });
});

describe('the port of the balancer', () => {
  const taken = seen({ redirects: false });
  const refused = (snapshots: readonly HostSnapshot[], endpoint = BALANCED): readonly string[] =>
    refuseBalancer(snapshots, endpoint).map(({ host, message }) => `${host ?? '-'}: ${message}`);

  test('is refused where somebody else listens on it', () => {
    const [lb1, lb2] = unbalancedCluster();
    if (lb1 === undefined || lb2 === undefined) throw new Error('no host');
    expect(refused([lb1, taken(lb2)])).toEqual([
      'lb2: something else listens on port 16443, where haproxy is to listen',
    ]);
  });

  test('is nobody else’s when our own haproxy has it, redirect or not, nor when none is asked for', () => {
    expect(refused(balancedCluster().map(taken))).toEqual([]);
    expect(refused(unbalancedCluster().map(taken), ENDPOINT)).toEqual([]);
  });
});
