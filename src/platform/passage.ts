import { parseIpAddress, parseIpPrefix, prefixContains } from '../domain/address.ts';
import type { FilterChain, FilterStep } from '../domain/facts.ts';
import { passageOf, type OpeningRule, type Passage } from '../domain/opening.ts';

/** The chains that would not let through what a rule asks for, were it not for rules of ours. */
export function closedTo(rule: OpeningRule, chains: readonly FilterChain[]): readonly FilterChain[] {
  const passage = passageOf(rule);
  const family = passage.address.includes(':') ? 'ip6' : 'ip';
  return chains.filter(
    (chain) =>
      chain.hook === passage.hook &&
      (chain.family === 'inet' || chain.family === family) &&
      (fateIn(chain.steps, passage) ?? chain.policy) === 'drop',
  );
}

/** The rules that stand wherever they are needed. */
export function openedIn(chains: readonly FilterChain[]): readonly OpeningRule[] {
  const all = [...new Set(chains.flatMap(({ ours }) => ours))];
  return all.filter((rule) => closedTo(rule, chains).every(({ ours }) => ours.includes(rule))).toSorted();
}

/**
 * What becomes of a packet, as far as it is sure. A rule with conditions that are not known here is passed over, unless it
 * names what this is about: then a rule that drops VRRP counts, and one about the port is its owner's decision who may come.
 */
function fateIn(steps: readonly FilterStep[], passage: Passage): 'accept' | 'drop' | undefined {
  let mayHaveReturned = false;
  for (const step of steps) {
    const match = matchOf(step.conditions, passage);
    if (match === 'no') continue;
    if (match === 'maybe') {
      if (passage.protocol === 'tcp' && namesPort(step, passage)) return 'accept';
      if (passage.protocol === 'vrrp' && step.verdict === 'drop' && namesVrrp(step.conditions)) return 'drop';
      mayHaveReturned ||= step.verdict === 'return';
      continue;
    }
    // As ufw does it: some go back before the rest is dropped, and who they are is not known here.
    if (step.verdict === 'drop' && mayHaveReturned) return undefined;
    if (step.verdict === 'accept' || step.verdict === 'drop') return step.verdict;
    if (step.verdict === 'return') return undefined;
    const fate = step.steps === undefined ? undefined : fateIn(step.steps, passage);
    if (fate !== undefined) return fate;
    if (step.verdict === 'goto') return undefined;
  }
  return undefined;
}

function namesPort(step: FilterStep, passage: Passage): boolean {
  const named = portMatch(step.conditions, passage.port ?? 0);
  return named === 'yes' || named === 'maybe' || (step.steps ?? []).some((next) => namesPort(next, passage));
}

function namesVrrp(conditions: string): boolean {
  return PROTOCOLS.some((pattern) => {
    const found = pattern.exec(conditions)?.groups?.['values'];
    return found !== undefined && valuesIn(found).some((value) => VRRP.includes(value));
  });
}

type Match = 'yes' | 'no' | 'maybe';

/** Takes the conditions that are known out, one by one: what is left is not known. */
function matchOf(conditions: string, passage: Passage): Match {
  if (/(?:^|\s)(?:iifname|oifname|iif|oif|-i|-o) "?lo"?(?:\s|$)/.test(conditions)) return 'no';
  if (conditions === '') return 'yes';
  const parts = [
    take(conditions, PROTOCOLS, (values) => values.some((value) => protocolOf(passage).includes(value))),
    ...(passage.protocol === 'tcp' ? [portPart(conditions, passage.port ?? 0)] : []),
    take(conditions, ADDRESSES[passage.side], (values) =>
      values.some((value) => covers(value, passage.address)),
    ),
  ];
  if (parts.some((part) => part?.holds === false)) return 'no';
  if (passage.protocol === 'vrrp' && /(?:^|\s)(?:tcp|udp|icmp|icmpv6|sctp) /.test(conditions)) return 'no';
  if (passage.protocol === 'tcp' && /(?:^|\s)(?:udp|icmp|icmpv6|sctp) /.test(conditions)) return 'no';
  let rest = conditions;
  for (const part of parts) if (part !== undefined) rest = rest.replace(part.text, ' ');
  return rest.replaceAll(/-m (?:tcp|multiport)(?=\s|$)/g, '').trim() === '' ? 'yes' : 'maybe';
}

interface Part {
  readonly text: string;
  readonly holds: boolean;
}

function take(
  conditions: string,
  patterns: readonly RegExp[],
  holds: (values: readonly string[]) => boolean,
): Part | undefined {
  for (const pattern of patterns) {
    const match = pattern.exec(conditions);
    const { not, values = '' } = match?.groups ?? {};
    // A set with a name: what is in it is not listed here.
    if (match === null || values.startsWith('@')) continue;
    return { text: match[0], holds: holds(valuesIn(values)) !== (not !== undefined) };
  }
  return undefined;
}

function portPart(conditions: string, port: number): Part | undefined {
  return take(conditions, PORTS, (values) =>
    values.some((value) => {
      const [from = '', to = from] = value.split(/[-:]/);
      return Number(from) <= port && port <= Number(to);
    }),
  );
}

function portMatch(conditions: string, port: number): Match {
  const part = portPart(conditions, port);
  if (part !== undefined) return part.holds ? 'yes' : 'no';
  return /\bdport @/.test(conditions) ? 'maybe' : 'no';
}

/** `{ 22, 6443 }`, `22,6443` or one value. */
function valuesIn(text: string): readonly string[] {
  return text
    .replaceAll(/[{}]/g, '')
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

function protocolOf({ protocol }: Passage): readonly string[] {
  return protocol === 'vrrp' ? VRRP : ['tcp', '6'];
}

/** Whether an address, or a whole network, is within what a rule names. */
function covers(named: string, address: string): boolean {
  const [bare = '', length] = address.split('/');
  const [own, single, prefix] = [parseIpAddress(bare), parseIpAddress(named), parseIpPrefix(named)];
  if (!own.ok) return false;
  if (single.ok) return single.value === own.value && length === undefined;
  return prefix.ok && prefix.value.length <= Number(length ?? 128) && prefixContains(prefix.value, own.value);
}

const VRRP = ['vrrp', '112'];

const VALUES = '(?<not>!= )?(?:== )?(?<values>\\{[^}]*\\}|[^\\s{}]+)';
const PROTOCOLS = [
  new RegExp(`(?<=^|\\s)(?:ip protocol|ip6 nexthdr|meta l4proto) ${VALUES}`),
  /(?<=^|\s)(?<not>! )?-p (?<values>\S+)/,
];
const PORTS = [
  new RegExp(`(?<=^|\\s)(?:tcp|th) dport ${VALUES}`),
  /(?<=^|\s)(?<not>! )?--dports? (?<values>\S+)/,
];
const ADDRESSES: Readonly<Record<Passage['side'], readonly RegExp[]>> = {
  source: [new RegExp(`(?<=^|\\s)ip6? saddr ${VALUES}`), /(?<=^|\s)(?<not>! )?-s (?<values>\S+)/],
  destination: [new RegExp(`(?<=^|\\s)ip6? daddr ${VALUES}`), /(?<=^|\s)(?<not>! )?-d (?<values>\S+)/],
};
