import type { OpeningRule } from '../domain/opening.ts';
import { keyOf, type Wanted } from '../domain/resource.ts';
import type { Check } from '../domain/verdict.ts';
import { closedTo } from '../platform/passage.ts';
import type { HostSnapshot } from './snapshot.ts';

/** What `check` says of a host's firewall: open, opened by us, or to be opened. */
export function describeFirewall(
  { facts, intent, observed }: HostSnapshot,
  wanted: Wanted,
): readonly Check[] {
  const base = { name: 'firewall', host: intent.name };
  const opening = wanted.get(OPENING_KEY);
  if (opening?.kind !== 'opening')
    return [{ ...base, status: 'pass', evidence: 'nothing in it drops VRRP or the API' }];
  const seen = observed.get(OPENING_KEY);
  const open = seen?.status === 'present' && seen.resource.kind === 'opening' ? seen.resource.rules : [];
  const closed = opening.rules.filter((rule) => !open.includes(rule));
  if (closed.length === 0)
    return [{ ...base, status: 'pass', evidence: `open, by our rules: ${opening.rules.join(', ')}` }];
  return [
    {
      ...base,
      status: 'warn',
      evidence: `${whoCloses(facts, closed)} drops ${closed.join(', ')}`,
      hint: 'konvoy-ha apply opens it, and rollback or destroy closes it again',
    },
  ];
}

function whoCloses({ firewall }: HostSnapshot['facts'], closed: readonly OpeningRule[]): string {
  const chains = new Set(
    closed
      .flatMap((rule) => closedTo(rule, firewall.chains))
      .map(({ family, table, name }) => `${family} ${table} ${name}`),
  );
  const words = `the chain ${[...chains].join(', ')}`;
  return firewall.programs.includes('ufw') ? `ufw (${words})` : words;
}

const OPENING_KEY = keyOf('opening', 'netfilter');
