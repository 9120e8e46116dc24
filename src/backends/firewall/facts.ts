import type { FirewallFacts } from '../../domain/facts.ts';
import type { Fact } from '../../facts/fact.ts';
import { listChains, parseChains } from '../../platform/netfilter.ts';

/** Which chains packets have to pass on a host, and who makes rules there. */
export const firewallFact: Fact<FirewallFacts> = {
  probes: [listChains()],
  parse: ([result]) => (result === undefined ? { programs: [], chains: [] } : parseChains(result)),
};
