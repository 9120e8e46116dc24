import type { FilterChain, FilterStep } from '../domain/facts.ts';
import { parseOpeningRule, type OpeningRule } from '../domain/opening.ts';

/** What stands before the words of a rule in the comment that marks it as ours. */
export const MARK = 'konvoy-ha: ';

/** The base chains of what `nft list table` and `iptables-save` printed, each table below a line `#table FAMILY NAME`. */
export function parseRuleset(text: string): readonly FilterChain[] {
  return text
    .split(/^#table /m)
    .slice(1)
    .flatMap((section) => {
      const [head = '', ...lines] = section.split('\n');
      const [family = '', table = ''] = head.split(' ');
      if (!isFamily(family)) return [];
      const chains = new Map<string, DraftChain>();
      if (lines.some((line) => line.startsWith('*'))) readSaved(lines, chains);
      else readListed(lines, chains);
      return [...chains].flatMap(([name, chain]) => baseChain({ family, table, name }, chain, chains));
    });
}

interface DraftRule {
  readonly conditions: string;
  readonly verdict: FilterStep['verdict'];
  readonly target?: string;
  readonly comment?: string;
}

interface DraftChain {
  readonly rules: DraftRule[];
  hook?: FilterChain['hook'];
  policy: FilterChain['policy'];
  steps?: readonly FilterStep[];
}

function isFamily(word: string): word is FilterChain['family'] {
  return word === 'ip' || word === 'ip6' || word === 'inet';
}

function baseChain(
  place: Pick<FilterChain, 'family' | 'table' | 'name'>,
  chain: DraftChain,
  chains: ReadonlyMap<string, DraftChain>,
): readonly FilterChain[] {
  if (chain.hook === undefined) return [];
  const ours = chain.rules.flatMap((rule) => (rule.verdict === 'accept' ? (markOf(rule) ?? []) : []));
  return [
    {
      ...place,
      hook: chain.hook,
      policy: chain.policy,
      steps: stepsOf(chain, chains),
      ours,
    },
  ];
}

function markOf({ comment = '' }: DraftRule): OpeningRule | undefined {
  return comment.startsWith(MARK) ? parseOpeningRule(comment.slice(MARK.length)) : undefined;
}

/** Each chain once, however many lead to it. The kernel knows no loops, so one that was listed is cut. */
function stepsOf(chain: DraftChain, chains: ReadonlyMap<string, DraftChain>): readonly FilterStep[] {
  if (chain.steps !== undefined) return chain.steps;
  chain.steps = [];
  chain.steps = chain.rules.flatMap((rule): readonly FilterStep[] => {
    if (rule.comment?.startsWith(MARK) === true) return [];
    const { conditions, verdict, target } = rule;
    if (target === undefined) return [{ conditions, verdict }];
    const next = chains.get(target);
    return [
      next === undefined
        ? { conditions, verdict: 'other' }
        : { conditions, verdict, steps: stepsOf(next, chains) },
    ];
  });
  return chain.steps;
}

/** Reads `nft -ns list table`. */
function readListed(lines: readonly string[], chains: Map<string, DraftChain>): void {
  let chain: DraftChain | undefined;
  for (const line of lines.map((text) => text.trim())) {
    const name = /^chain (\S+) \{$/.exec(line)?.[1];
    if (name !== undefined) chains.set(name, (chain = { rules: [], policy: 'accept' }));
    else if (line === '}') chain = undefined;
    else if (chain !== undefined && line !== '') readListedLine(line, chain);
  }
}

function readListedLine(line: string, chain: DraftChain): void {
  const base = /^type (\S+) hook (\S+) (?:device \S+ )?priority [^;]+;(?: policy (\w+);)?/.exec(line);
  if (base === null) {
    chain.rules.push(listedRule(line));
    return;
  }
  const hook = base[2];
  if (base[1] === 'filter' && (hook === 'input' || hook === 'output')) chain.hook = hook;
  if (base[3] === 'drop') chain.policy = 'drop';
}

function listedRule(line: string): DraftRule {
  const comment = / comment "([^"]*)"$/.exec(line)?.[1];
  const bare = line
    .replace(/ comment "[^"]*"$/, '')
    .replaceAll(/(?<=^|\s)counter(?: packets \d+ bytes \d+)?(?=\s|$)/g, '')
    .replaceAll(/(?<=^|\s)log(?: (?:prefix "[^"]*"|level \w+|group \d+|flags [\w,]+))*(?=\s|$)/g, '');
  const words = bare.replaceAll(/\s+/g, ' ').trim();
  const end = /(?:^|\s)(?:(accept|drop|reject|return)(?: with .*)?|(jump|goto) (\S+))$/.exec(words);
  const conditions = end === null ? words : words.slice(0, end.index);
  return {
    conditions,
    ...verdictIn(end?.[1] ?? end?.[2] ?? '', end?.[3]),
    ...(comment === undefined ? {} : { comment }),
  };
}

/** Reads `iptables-save`. */
function readSaved(lines: readonly string[], chains: Map<string, DraftChain>): void {
  for (const line of lines) {
    const [, name, policy] = /^:(\S+) (\S+)/.exec(line) ?? [];
    if (name !== undefined) {
      const hook = HOOKS.get(name);
      chains.set(name, {
        rules: [],
        policy: policy === 'DROP' ? 'drop' : 'accept',
        ...(hook === undefined ? {} : { hook }),
      });
    }
    const [, chain, rule] = /^-A (\S+) ?(.*)$/.exec(line) ?? [];
    if (chain !== undefined && rule !== undefined) chains.get(chain)?.rules.push(savedRule(rule));
  }
}

function savedRule(text: string): DraftRule {
  const comment = /-m comment --comment (?:"([^"]*)"|(\S+))/.exec(text);
  const bare = text.replace(/-m comment --comment (?:"[^"]*"|\S+) ?/, '');
  const [, conditions = bare, how, target = ''] = /^(.*?)(?:^|\s)?(-[jg]) (\S+)/.exec(bare) ?? [];
  const word = SAVED_VERDICTS.get(target) ?? (how === '-g' ? 'goto' : 'jump');
  const own = SAVED_VERDICTS.has(target) || how === undefined ? undefined : target;
  return {
    conditions: conditions.trim(),
    ...verdictIn(how === undefined ? '' : word, own),
    ...(comment === null ? {} : { comment: comment[1] ?? comment[2] ?? '' }),
  };
}

function verdictIn(word: string, target: string | undefined): Pick<DraftRule, 'verdict' | 'target'> {
  switch (word) {
    case 'jump':
    case 'goto':
      return target === undefined ? { verdict: 'other' } : { verdict: word, target };
    case 'accept':
    case 'return':
      return { verdict: word };
    case 'drop':
    case 'reject':
      return { verdict: 'drop' };
    default:
      return { verdict: 'other' };
  }
}

const HOOKS: ReadonlyMap<string, FilterChain['hook']> = new Map([
  ['INPUT', 'input'],
  ['OUTPUT', 'output'],
]);

const SAVED_VERDICTS: ReadonlyMap<string, string> = new Map([
  ['ACCEPT', 'accept'],
  ['DROP', 'drop'],
  ['REJECT', 'reject'],
  ['RETURN', 'return'],
]);
