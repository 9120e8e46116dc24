import { describe, expect, test } from 'vitest';
import type { IpvsFacts } from '../../../src/domain/facts.ts';
import { refuseIpvs } from '../../../src/plan/refuse-ipvs.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { ip } from '../../support/branded.ts';
import { ENDPOINT, withResource } from '../../support/cluster.ts';
import { found, HERE, verdict } from '../../support/evidence.ts';
import {
  beforeIpvs,
  BY_IPVS,
  ipvsCluster,
  IPVS_WORKS,
  ipvsWith,
  MASQUERADE,
  withIpvs,
} from '../../support/ipvs.ts';

type Edit = (snapshot: HostSnapshot) => HostSnapshot;

const seen =
  (facts: Partial<IpvsFacts>): Edit =>
  (snapshot) =>
    withIpvs(snapshot, facts);

function service(state: { enabled: boolean; running: boolean }): Edit {
  const resource = { kind: 'service', name: 'konvoy-ha-ipvs', role: 'masquerade', ...state } as const;
  return (snapshot) => withResource(snapshot, MASQUERADE, { status: 'present', resource });
}

/** Only these servers, and with this weight. */
function leadsTo(weights: Readonly<Record<string, number>>): Edit {
  const servers = Object.entries(weights).map(([address, weight]) => ({ address, port: 6443, weight }));
  return seen({ services: IPVS_WORKS.services.map((known) => ({ ...known, servers })) });
}

function withApi(api: 'refuses' | 'answers', ...names: readonly string[]): readonly HostSnapshot[] {
  return ipvsCluster().map((snapshot) =>
    names.includes(snapshot.intent.name) ? { ...snapshot, facts: { ...snapshot.facts, api } } : snapshot,
  );
}

/** The verdict on lb2, when it is seen like this. */
function judged(edit: Edit, cluster = ipvsCluster()): string | undefined {
  const snapshots = cluster.map((snapshot) => (snapshot.intent.name === 'lb2' ? edit(snapshot) : snapshot));
  return found(verdict({ endpoint: BY_IPVS, snapshots }), 'balancer').find((line) => line.includes(' lb2: '));
}

describe('what the kernel of a host balances', () => {
  test('passes when it leads to all API servers', () => {
    const good = verdict({ endpoint: BY_IPVS, snapshots: ipvsCluster() });
    expect(found(good, 'balancer')).toEqual(
      ['lb1', 'lb2', 'lb3'].map((name) => `pass ${name}: ipvs leads 10.0.50.20:6443 to 3 of 3 API servers`),
    );
    expect(good.isGood).toBe(true);
  });

  test('is nobody’s business where it is not asked for', () => {
    expect(found(verdict({ snapshots: ipvsCluster(), endpoint: ENDPOINT }), 'balancer')).toEqual([]);
  });

  test.each<[string, Edit, string]>([
    [
      'fails where the unit does not run',
      service({ enabled: true, running: false }),
      'fail lb2: konvoy-ha-ipvs does not run: answers of other hosts do not come back through this one',
    ],
    [
      'fails where it would not after a reboot',
      service({ enabled: false, running: true }),
      'fail lb2: konvoy-ha-ipvs runs, but would not after a reboot',
    ],
    [
      'fails where the rules of nft are gone',
      seen({ masquerades: false }),
      'fail lb2: nothing is masqueraded here: somebody has flushed the rules of nft',
    ],
    [
      'fails where IPVS was told nothing',
      seen({ services: [] }),
      'fail lb2: ipvs does not know 10.0.50.20:6443: the API server of this host alone would answer there',
    ],
    [
      'fails where an API server is left out that answers',
      leadsTo({ '10.0.50.11': 1, '10.0.50.12': 1 }),
      'fail lb2: ipvs leaves out lb3 for 10.0.50.20:6443, though the API server there answers',
    ],
    [
      'passes where one is not ready, and says so',
      leadsTo({ '10.0.50.11': 1, '10.0.50.12': 1, '10.0.50.13': 0 }),
      'pass lb2: ipvs leads 10.0.50.20:6443 to 3 of 3 API servers; nothing new to lb3, not ready',
    ],
  ])('%s', (_, edit, expected) => {
    expect(judged(edit)).toBe(expected);
  });

  test('passes without an API server that is dead', () => {
    const edit = leadsTo({ '10.0.50.11': 1, '10.0.50.12': 1 });
    expect(judged(edit, withApi('refuses', 'lb3'))).toBe(
      'pass lb2: ipvs leads 10.0.50.20:6443 to 2 of 3 API servers',
    );
  });

  test('is only warned of before there is any API server', () => {
    expect(judged(leadsTo({}), withApi('refuses', 'lb1', 'lb2', 'lb3'))).toBe(
      'warn lb2: ipvs knows no API server for 10.0.50.20:6443 yet: none answers',
    );
  });

  test('lets any host answer at the VIP', () => {
    const sightings = [{ ...HERE, certificate: 'AA:lb3' }];
    const balanced = verdict({ endpoint: BY_IPVS, snapshots: ipvsCluster(), sightings });
    expect(found(balanced, 'answered-by')).toEqual(['pass -: lb3 answered, through ipvs']);
  });
});

describe('ipvs is refused', () => {
  const refused = (edit: Edit, endpoint = BY_IPVS, cluster = beforeIpvs()): readonly string[] =>
    refuseIpvs(
      cluster.map((snapshot) => (snapshot.intent.name === 'lb2' ? edit(snapshot) : snapshot)),
      endpoint,
    ).map(({ host, message }) => `${host ?? '-'}: ${message}`);
  const proxy = { reconciler: 'kube-proxy' } as const;

  test.each<[string, Partial<IpvsFacts>, readonly string[]]>([
    ['not where all is well', {}, []],
    [
      'where the kernel cannot',
      { missingModules: ['ip_vs', 'ip_vs_lc'] },
      ['lb2: the kernel that runs here has no ip_vs, ip_vs_lc'],
    ],
    [
      'where kube-proxy would take it away',
      proxy,
      ['lb2: kube-proxy balances with ipvs here and takes away every service that is not its own'],
    ],
    [
      'where kube-proxy leaves only others alone',
      { ...proxy, excluded: ['10.9.0.0/16'] },
      ['lb2: kube-proxy balances with ipvs here and takes away every service that is not its own'],
    ],
    ['not where kube-proxy leaves the VIP alone', { ...proxy, excluded: ['10.0.50.20/32'] }, []],
    ['not where kube-proxy leaves its network alone', { ...proxy, excluded: ['10.0.50.0/24'] }, []],
    [
      'where somebody else balances the VIP',
      { services: IPVS_WORKS.services },
      ['lb2: somebody else balances 10.0.50.20:6443 with ipvs here'],
    ],
    [
      'not where somebody else balances something else',
      { services: [{ address: '10.96.0.1', port: 443, servers: [] }] },
      [],
    ],
  ])('%s', (_, facts, expected) => {
    expect(refused(seen(facts))).toEqual(expected);
  });

  test('not where the service is ours, nor where it is not asked for', () => {
    expect(refused(seen({}), BY_IPVS, ipvsCluster())).toEqual([]);
    expect(refused(seen({ missingModules: ['ip_vs'] }), ENDPOINT)).toEqual([]);
  });

  test('for an address of IPv6, where that was written', () => {
    const span = { file: 'inventory.yaml', line: 4, column: 31, length: 4, text: '    load_balancer: ipvs' };
    const endpoint = ipvsWith({
      additionalVips: [ip('2001:db8::20')],
      sources: { loadBalancer: { name: 'keepalived_load_balancer', span } },
    });
    expect(refuseIpvs(beforeIpvs(), endpoint)).toMatchObject([
      { message: 'ipvs balances IPv4 only, and the VIP 2001:db8::20 is IPv6', span },
    ]);
  });
});
