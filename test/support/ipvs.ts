import type { IpvsFacts } from '../../src/domain/facts.ts';
import type { KeepalivedEndpoint, KeepalivedSettings } from '../../src/domain/intent.ts';
import { SERVICES } from '../../src/backends/backends.ts';
import { keyOf } from '../../src/domain/resource.ts';
import type { HostSnapshot } from '../../src/plan/snapshot.ts';
import { balancedCluster, balancedWith, unbalancedCluster } from './balanced.ts';
import { desiredOf, generationOf, headOf, observedAfter, VIP } from './cluster.ts';

/** The endpoint of `cluster.ts` with IPVS. */
export const BY_IPVS: KeepalivedEndpoint = ipvsWith({});

export function ipvsWith(settings: Partial<KeepalivedSettings>): KeepalivedEndpoint {
  return balancedWith({ loadBalancer: 'ipvs', ...settings });
}

export const MASQUERADE = keyOf('service', SERVICES.masquerade);

const PORT = 6443;

/** What /proc/net/ip_vs leads to on every host of the cluster when all is well. */
export const IPVS_WORKS: IpvsFacts = {
  missingModules: [],
  services: [
    {
      address: VIP,
      port: PORT,
      servers: ['10.0.50.11', '10.0.50.12', '10.0.50.13'].map((address) => ({
        address,
        port: PORT,
        weight: 1,
      })),
    },
  ],
  masquerades: true,
  excluded: [],
};

export const IPVS_ABSENT: IpvsFacts = { ...IPVS_WORKS, services: [], masquerades: false };

/** A cluster after an apply without IPVS, as it is seen when that is asked for. */
export function beforeIpvs(from: 'none' | 'haproxy' = 'none'): readonly HostSnapshot[] {
  const cluster = from === 'none' ? unbalancedCluster() : balancedCluster();
  return cluster.map((snapshot) => withIpvs(snapshot, IPVS_ABSENT));
}

/** The same cluster after an apply with IPVS. */
export function ipvsCluster(): readonly HostSnapshot[] {
  const before = beforeIpvs();
  const desired = desiredOf(before, BY_IPVS);
  return before.map((snapshot) => {
    const wanted = desired.wanted.get(snapshot.intent.name) ?? new Map();
    const latest = generationOf(snapshot, { desired, number: 2 });
    const heads = [...snapshot.recorded.heads, headOf(latest)];
    return {
      ...withIpvs(snapshot, IPVS_WORKS),
      observed: observedAfter(wanted, snapshot.observed),
      recorded: { ...snapshot.recorded, latest, heads },
    };
  });
}

export function withIpvs(snapshot: HostSnapshot, facts: Partial<IpvsFacts>): HostSnapshot {
  const ipvs = { ...(snapshot.facts.ipvs ?? IPVS_ABSENT), ...facts };
  return { ...snapshot, facts: { ...snapshot.facts, ipvs } };
}
