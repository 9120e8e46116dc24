import { isIPv6 } from 'node:net';
import type { HostIntent } from '../../domain/intent.ts';
import type { HostName } from '../../domain/names.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { isGlob, matchesGlob } from './glob.ts';
import { didYouMean } from '../text/suggest.ts';

/** What a limit is applied to. */
export type LimitedHost = Pick<HostIntent, 'name' | 'groups'>;

/**
 * The hosts that an Ansible pattern selects, in inventory order: names, groups, `all` and globs, separated by commas or
 * colons; then only those that match every `&x`, and none that matches a `!x`. Every part has to match something: what a
 * slip of the pen would leave out or leave in is not guessed.
 */
export function selectHosts(
  pattern: string,
  hosts: readonly LimitedHost[],
): Result<readonly HostName[], string> {
  const terms = splitPattern(pattern).map(parseTerm);
  if (terms.length === 0) return err('the limit is empty');
  const matched = new Map<Term, ReadonlySet<HostName>>();
  for (const term of terms) {
    const found = matchTerm(term.text, hosts);
    if (!found.ok) return found;
    matched.set(term, found.value);
  }
  const of = (kind: Term['kind']): readonly ReadonlySet<HostName>[] =>
    terms.filter((term) => term.kind === kind).map((term) => matched.get(term) ?? new Set());
  const [wanted, required, excluded] = [of('any'), of('all'), of('none')];
  const selected = hosts
    .map((host) => host.name)
    // A limit of exclusions only starts from all hosts.
    .filter((name) => wanted.length === 0 || wanted.some((names) => names.has(name)))
    .filter(
      (name) => required.every((names) => names.has(name)) && !excluded.some((names) => names.has(name)),
    );
  return selected.length === 0 ? err(`${JSON.stringify(pattern)} selects no host`) : ok(selected);
}

interface Term {
  readonly kind: 'any' | 'all' | 'none';
  readonly text: string;
}

/** With a comma anywhere, only commas separate; colons separate otherwise, except inside brackets and IPv6 addresses. */
function splitPattern(pattern: string): readonly string[] {
  const isWhole = pattern.includes(',') || isIPv6(pattern.replace(/^[!&]/, ''));
  const parts = isWhole ? pattern.split(',') : (pattern.match(/(?:[^:[\]]|\[[^\]]*\]?|\])+/g) ?? []);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function parseTerm(part: string): Term {
  if (part.startsWith('!')) return { kind: 'none', text: part.slice(1) };
  if (part.startsWith('&')) return { kind: 'all', text: part.slice(1) };
  return { kind: 'any', text: part };
}

function matchTerm(text: string, hosts: readonly LimitedHost[]): Result<ReadonlySet<HostName>, string> {
  if (/^[~@]/.test(text) || /\[-?[0-9]*:?-?[0-9]*\]$/.test(text)) {
    return err(`${JSON.stringify(text)} is not supported yet: name hosts, groups and globs`);
  }
  const found = hosts.filter((host) => matchesHost(text, host)).map((host) => host.name);
  if (found.length > 0) return ok(new Set(found));
  const known = hosts.flatMap((host) => [host.name, ...host.groups]);
  const [hint] = didYouMean(text, [...new Set(known)]);
  const suggestion = hint === undefined ? '' : `; ${hint}`;
  return err(`${JSON.stringify(text)} matches no control-plane host and no group of theirs${suggestion}`);
}

function matchesHost(text: string, { name, groups }: LimitedHost): boolean {
  if (text === 'all' || text === name || groups.includes(text)) return true;
  return isGlob(text) && [name, ...groups].some((candidate) => matchesGlob(text, candidate));
}
