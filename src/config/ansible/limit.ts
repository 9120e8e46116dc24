import { err, ok, type Result } from '../../domain/result.ts';
import { didYouMean } from '../text/suggest.ts';
import { matchesGlob } from './glob.ts';
import { hostsOf, type Inventory } from './inventory.ts';
import { applySubscript, parseSubscript, parseTerm, splitLimit, type LimitTerm } from './limit-terms.ts';
import { pythonMatcher } from './python-regex.ts';

/** What follows `--limit`, and the texts of the files that it names with `@`. */
export interface Limit {
  readonly text: string;
  /** By the name that follows the `@`. */
  readonly files: ReadonlyMap<string, string>;
}

/** The files that a limit names, to be read before it can be applied. */
export function filesOfLimit(text: string): readonly string[] {
  return splitLimit(text)
    .filter((part) => part.startsWith('@'))
    .map((part) => part.slice(1));
}

/**
 * The names of the hosts that a limit selects, in the order of the inventory: everything that a plain pattern matches, of
 * that only what matches every `&x`, and nothing that matches a `!x`. Every pattern has to match something: what a slip of
 * the pen would leave out or leave in is not guessed.
 */
export function limitedHosts(inventory: Inventory, limit: Limit): Result<readonly string[], string> {
  const terms = termsOf(limit);
  if (!terms.ok) return terms;
  const all = hostsOf(inventory, 'all').map((host) => host.name);
  let selected = new Set(terms.value.some((term) => term.kind === 'any') ? [] : all);
  for (const kind of ['any', 'all', 'none'] as const) {
    for (const term of terms.value.filter((candidate) => candidate.kind === kind)) {
      const matched = matchTerm(term, inventory);
      if (!matched.ok) return matched;
      selected = combine(kind, selected, new Set(matched.value));
    }
  }
  const names = all.filter((name) => selected.has(name));
  return names.length === 0 ? err(`${JSON.stringify(limit.text)} selects no host`) : ok(names);
}

/** Those of the control-plane hosts that a limit selects, in their own order; all of them without a limit. */
export function selectHosts<Name extends string>(
  inventory: Inventory,
  limit: Limit | undefined,
  controlPlane: readonly Name[],
): Result<readonly Name[], string> {
  if (limit === undefined) return ok(controlPlane);
  const limited = limitedHosts(inventory, limit);
  if (!limited.ok) return limited;
  const selected = controlPlane.filter((name) => limited.value.includes(name));
  if (selected.length > 0) return ok(selected);
  return err(`${JSON.stringify(limit.text)} selects hosts of the inventory, but none of the control plane`);
}

/** Each line of a file is one pattern, whatever is in it. */
function termsOf({ text, files }: Limit): Result<readonly LimitTerm[], string> {
  const parts = splitLimit(text).flatMap((part) =>
    part.startsWith('@') ? (files.get(part.slice(1)) ?? part).split('\n').map((line) => line.trim()) : [part],
  );
  const terms = parts.filter((part) => part !== '').map(parseTerm);
  const bare = terms.find((term) => term.pattern === '');
  if (bare !== undefined) return err(`there is nothing behind "${bare.kind === 'none' ? '!' : '&'}"`);
  return terms.length === 0 ? err('the limit is empty') : ok(terms);
}

function combine(
  kind: LimitTerm['kind'],
  selected: ReadonlySet<string>,
  matched: ReadonlySet<string>,
): Set<string> {
  switch (kind) {
    case 'any':
      return new Set([...selected, ...matched]);
    case 'all':
      return new Set([...selected].filter((name) => matched.has(name)));
    case 'none':
      return new Set([...selected].filter((name) => !matched.has(name)));
    default:
      return kind satisfies never;
  }
}

function matchTerm({ kind, pattern }: LimitTerm, inventory: Inventory): Result<readonly string[], string> {
  // As in Ansible: of a host and a group of one name, a plain pattern means the host, and the others the group.
  if (kind === 'any' && inventory.hosts.has(pattern)) return ok([pattern]);
  const subscript = parseSubscript(pattern);
  const matched = matchName(subscript?.pattern ?? pattern, inventory);
  if (!matched.ok || subscript === undefined || matched.value.length === 0) return matched;
  const left = applySubscript(matched.value, subscript);
  if (left !== undefined) return ok(left);
  const count = matched.value.length;
  return err(
    `${JSON.stringify(pattern)} matches no host: ${JSON.stringify(subscript.pattern)} has ${count === 1 ? 'one host' : `${count} hosts`}, counted from 0`,
  );
}

/** The hosts of the groups that match, then, unless a plain name is a group's, the hosts that match; twice if need be. */
function matchName(pattern: string, inventory: Inventory): Result<readonly string[], string> {
  const matches = matcherOf(pattern);
  if (!matches.ok) return err(`${JSON.stringify(pattern)}: ${matches.error}`);
  const groups = [...inventory.groups.keys()].filter(matches.value);
  const isPlain = !/^~|[.?*[]/.test(pattern);
  const hosts = groups.length > 0 && isPlain ? [] : [...inventory.hosts.keys()].filter(matches.value);
  if (groups.length + hosts.length > 0) {
    return ok([...groups.flatMap((group) => hostsOf(inventory, group).map((host) => host.name)), ...hosts]);
  }
  const known = [...inventory.groups.keys(), ...inventory.hosts.keys()];
  const hints = didYouMean(pattern, known).map((hint) => `; ${hint}`);
  return err(`${JSON.stringify(pattern)} matches no host and no group of the inventory${hints.join('')}`);
}

function matcherOf(pattern: string): Result<(name: string) => boolean, string> {
  return pattern.startsWith('~') ? pythonMatcher(pattern.slice(1)) : ok((name) => matchesGlob(pattern, name));
}
