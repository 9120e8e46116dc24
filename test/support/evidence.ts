import type { Check, Verdict } from '../../src/domain/verdict.ts';
import { judge, type EndpointSighting, type Evidence } from '../../src/plan/judge.ts';
import type { HostSnapshot } from '../../src/plan/snapshot.ts';
import { hostName } from './branded.ts';
import { appliedCluster, ENDPOINT, factsOf, networkOf, VIP } from './cluster.ts';

// What is seen of the cluster after an apply, and what a verdict says of it.

export const CERTIFICATES = new Map(['lb1', 'lb2', 'lb3'].map((name) => [hostName(name), `AA:${name}`]));
export const HERE: EndpointSighting = { from: 'here', answer: 200, certificate: 'AA:lb1' };

export function verdict(rest: Partial<Evidence> = {}): Verdict {
  const snapshots = rest.snapshots ?? appliedCluster();
  const sightings = [HERE, ...snapshots.map(({ intent }) => ({ from: intent.name, answer: 200 }))];
  return judge({ endpoint: ENDPOINT, snapshots, sightings, certificates: CERTIFICATES, ...rest });
}

/** The cluster with some hosts seen differently. */
export function having(
  changes: Readonly<Record<string, (snapshot: HostSnapshot) => HostSnapshot>>,
): readonly HostSnapshot[] {
  return appliedCluster().map((snapshot) => changes[snapshot.intent.name]?.(snapshot) ?? snapshot);
}

export function found({ checks }: Verdict, name: string): readonly string[] {
  return checks
    .filter((check) => check.name === name)
    .map(({ status, host, evidence }: Check) => `${status} ${host ?? '-'}: ${evidence}`);
}

export const notHolding = (snapshot: HostSnapshot): HostSnapshot => ({
  ...snapshot,
  facts: { ...snapshot.facts, network: factsOf(networkOf(snapshot.intent.name)).network },
});
export const hearing =
  (mac: string) =>
  (snapshot: HostSnapshot): HostSnapshot => {
    const network = networkOf(snapshot.intent.name, {
      neighbour: `${VIP} dev eth0 lladdr ${mac} REACHABLE `,
    });
    return { ...snapshot, facts: { ...snapshot.facts, network: factsOf(network).network } };
  };
export const apiIs =
  (api: 'refuses' | 'silent') =>
  (snapshot: HostSnapshot): HostSnapshot => ({ ...snapshot, facts: { ...snapshot.facts, api } });
