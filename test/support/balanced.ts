import { ALL_KEYS, SERVICES } from '../../src/backends/backends.ts';
import type { BalancerFacts } from '../../src/domain/facts.ts';
import type { KeepalivedEndpoint, KeepalivedSettings } from '../../src/domain/intent.ts';
import { keyOf, resourceKey, type Observation, type ResourceKey } from '../../src/domain/resource.ts';
import type { HostSnapshot } from '../../src/plan/snapshot.ts';
import { appliedCluster, desiredOf, ENDPOINT, generationOf, headOf, observedAfter } from './cluster.ts';

/** The endpoint of `cluster.ts` with haproxy. */
export const BALANCED: KeepalivedEndpoint = balancedWith({});

export function balancedWith(settings: Partial<KeepalivedSettings>): KeepalivedEndpoint {
  return { ...ENDPOINT, settings: { ...ENDPOINT.settings, loadBalancer: 'haproxy', ...settings } };
}

export const BALANCER = keyOf('service', SERVICES.balancer);

const WORKS: BalancerFacts = { port: 16_443, listens: true, redirects: true, answer: 200 };
const ABSENT: BalancerFacts = { port: 16_443, listens: false, redirects: false };

/** A cluster after an apply without haproxy, as it is seen when haproxy is asked for. */
export function unbalancedCluster(): readonly HostSnapshot[] {
  return appliedCluster().map((snapshot) => ({
    ...snapshot,
    facts: { ...snapshot.facts, balancer: ABSENT },
    observed: new Map([...NO_BALANCER, ...IDLE, ...snapshot.observed]),
  }));
}

/** The same cluster after an apply with haproxy; the package was not there before. */
export function balancedCluster(): readonly HostSnapshot[] {
  const before = unbalancedCluster();
  const desired = desiredOf(before, BALANCED);
  return before.map((snapshot) => {
    const wanted = desired.wanted.get(snapshot.intent.name) ?? new Map();
    const latest = generationOf(snapshot, { desired, number: 2 });
    const heads = [...snapshot.recorded.heads, headOf(latest)];
    return {
      ...snapshot,
      facts: { ...snapshot.facts, balancer: WORKS },
      observed: observedAfter(wanted, snapshot.observed),
      recorded: { ...snapshot.recorded, latest, heads },
    };
  });
}

const NO_BALANCER: ReadonlyMap<ResourceKey, Observation> = new Map(
  ALL_KEYS.map((key): readonly [ResourceKey, Observation] => [key, { status: 'absent' }]),
);

/** A unit that is not there neither runs nor is enabled. */
const IDLE: ReadonlyMap<ResourceKey, Observation> = new Map(
  (['balancer', 'masquerade'] as const).map((role): readonly [ResourceKey, Observation] => {
    const resource = { kind: 'service', name: SERVICES[role], enabled: false, running: false, role } as const;
    return [resourceKey(resource), { status: 'present', resource }];
  }),
);
