import { isHostAddress } from './host-address.ts';

/** One pattern of a limit: what it adds, what all must match (`&`), or what it takes away (`!`). */
export interface LimitTerm {
  readonly kind: 'any' | 'all' | 'none';
  /** Without `&` and `!`. */
  readonly pattern: string;
}

/**
 * The patterns of a limit. With a comma anywhere only commas separate; otherwise colons do, except in what is an address:
 * IPv6, a host with its port, ranges in brackets.
 */
export function splitLimit(limit: string): readonly string[] {
  const parts = limit.includes(',')
    ? limit.split(',')
    : isHostAddress(limit.replace(/^[!&]/, ''))
      ? [limit]
      : (limit.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? []);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

export function parseTerm(part: string): LimitTerm {
  if (part.startsWith('!')) return { kind: 'none', pattern: part.slice(1) };
  if (part.startsWith('&')) return { kind: 'all', pattern: part.slice(1) };
  return { kind: 'any', pattern: part };
}

/** What counts of the hosts that a pattern matches: one of them, or a range with both its ends. */
export interface Subscript {
  readonly pattern: string;
  readonly start: number;
  /** Undefined for one host only; -1 for all from the first on. */
  readonly end?: number;
}

/** `name[0]`, `name[-1]`, `name[1:2]`, `name[1:]`; in a regular expression brackets are a set. */
export function parseSubscript(pattern: string): Subscript | undefined {
  if (pattern.startsWith('~')) return undefined;
  const found = /^(?<name>.+)\[(?:(?<index>-?[0-9]+)|(?<first>[0-9]+)[:-](?<last>[0-9]*))\]$/s.exec(pattern);
  const { name, index, first, last } = found?.groups ?? {};
  if (name === undefined) return undefined;
  if (index !== undefined) return { pattern: name, start: Number(index) };
  return { pattern: name, start: Number(first), end: last === '' ? -1 : Number(last) };
}

/** The hosts that a subscript leaves; undefined for one that is not there. As in Ansible, a range may reach too far. */
export function applySubscript(
  hosts: readonly string[],
  { start, end }: Subscript,
): readonly string[] | undefined {
  // Ansible takes `[2:0]` for `[2]`.
  if (end !== undefined && end !== 0) return hosts.slice(start, end === -1 ? undefined : end + 1);
  const host = hosts.at(start);
  return host === undefined ? undefined : [host];
}
