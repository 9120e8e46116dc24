import type { FirewallName } from '../domain/opening.ts';
import type { OpeningResource } from '../domain/resource.ts';
import type { Firewall } from '../platform/firewall.ts';
import { NETFILTER_FIREWALL } from '../platform/netfilter.ts';
import { ABSENT, present, type Handler } from './handler.ts';

export const openingHandler: Handler<OpeningResource> = {
  probe: (name) => firewallOf(name).query(),
  parse: (name, result) => {
    const rules = firewallOf(name).parse(result);
    return rules === undefined ? ABSENT : present({ kind: 'opening', name: name as FirewallName, rules });
  },
  isSame: (wanted, observed) => wanted.rules.join('\n') === observed.rules.join('\n'),
  converge: (wanted, observed, { services }) => {
    if (wanted !== undefined) return FIREWALLS[wanted.name].open(services, wanted.rules);
    return observed === undefined ? [] : FIREWALLS[observed.name].close(services);
  },
  restore: (before, after, { services }) => {
    const name = (before ?? after)?.name;
    return name === undefined ? [] : FIREWALLS[name].restore(before?.rules, services);
  },
};

/** Keys are only made by `keyOf`, from one of these names. */
function firewallOf(name: string): Firewall {
  return FIREWALLS[name as FirewallName];
}

const FIREWALLS: Readonly<Record<FirewallName, Firewall>> = { netfilter: NETFILTER_FIREWALL };
