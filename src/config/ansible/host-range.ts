import { isIPv6 } from 'node:net';
import { err, ok, type Result } from '../../domain/result.ts';
import { parseHostAddress } from './host-address.ts';

/** What a key under `hosts:` or the first word of a line stands for. */
export interface HostEntry {
  /** One name, or as many as the ranges make. */
  readonly names: readonly string[];
  /** The port of `host:port`, as text. */
  readonly port?: string;
}

/**
 * Reads a host pattern as Ansible does: `name`, `name:port`, `[address]:port`, ranges such as `cp[1:3]`, `cp[01:10:2]` and
 * `cp[a:c]`. What looks like nothing of this is a name.
 */
export function parseHostEntry(text: string): Result<HostEntry, string> {
  if (text === '') return err('the name of a host is empty');
  // What follows looks for the end of every bracket: without a bound its time grows with the square of the length.
  if (text.length > LONGEST_PATTERN) return err(`longer than ${LONGEST_PATTERN} characters`);
  const { pattern, port } = parseHostAddress(text);
  const names = pattern.includes('[') ? expandRanges(pattern) : ok([pattern]);
  if (!names.ok) return names;
  return ok({ names: names.value, ...(port === undefined ? {} : { port }) });
}

/** Several ranges make their product, the leftmost range changing slowest. */
function expandRanges(pattern: string): Result<readonly string[], string> {
  let names: readonly string[] = [''];
  const parts = pattern.split(/(\[[^\]]*\])/);
  for (const [index, part] of parts.entries()) {
    const values = part.startsWith('[') ? parseRange(part) : parseBetween(part, index === parts.length - 1);
    if (!values.ok) return values;
    if (names.length * values.value.length > MOST_HOSTS)
      return err(`the range stands for more than ${MOST_HOSTS} hosts`);
    names = names.flatMap((name) => values.value.map((value) => name + value));
  }
  return ok(names);
}

/** Ansible marks ranges with `|` before it cuts them out, and takes the first `]` for the end of the range. */
function parseBetween(part: string, isLast: boolean): Result<readonly string[], string> {
  if (part.includes('[')) return err(`a range has no closing "]": ${JSON.stringify(part)}`);
  if (part.includes('|') || (part.includes(']') && !isLast)) {
    return err(`a name with a range cannot hold ${JSON.stringify(part)}`);
  }
  return ok([part]);
}

function parseRange(range: string): Result<readonly string[], string> {
  const groups = /^\[(?<first>[+-]?\w*):(?<last>[+-]?\w+)(?::(?<step>[0-9]{1,6}))?\]$/.exec(range)?.groups;
  const { first = '', last = '' } = groups ?? {};
  const step = Number(groups?.['step'] ?? 1);
  if (groups === undefined || step < 1) return err(noRange(range));
  return isLetter(first) && isLetter(last)
    ? letters(range, first, last, step)
    : numbers(range, first || '0', last, step);
}

function noRange(range: string): string {
  return isIPv6(range.slice(1, -1))
    ? `an IPv6 address without a port is written without brackets: ${range.slice(1, -1)}`
    : `expected a range such as [1:3], got ${JSON.stringify(range)}`;
}

function numbers(
  range: string,
  first: string,
  last: string,
  step: number,
): Result<readonly string[], string> {
  if (!/^[+-]?[0-9]{1,15}$/.test(first) || !/^[+-]?[0-9]{1,15}$/.test(last)) {
    return err(`expected a range of numbers or of letters, got ${JSON.stringify(range)}`);
  }
  const isPadded = first.length > 1 && first.startsWith('0');
  if (isPadded && first.length !== last.length) {
    return err(`both ends of ${JSON.stringify(range)} must have the same number of digits`);
  }
  return sequence(range, { first: Number(first), last: Number(last), step }, (value) =>
    isPadded ? String(value).padStart(first.length, '0') : String(value),
  );
}
function letters(
  range: string,
  first: string,
  last: string,
  step: number,
): Result<readonly string[], string> {
  const bounds = { first: LETTERS.indexOf(first), last: LETTERS.indexOf(last), step };
  return sequence(range, bounds, (value) => LETTERS.charAt(value));
}

function sequence(
  range: string,
  { first, last, step }: { readonly first: number; readonly last: number; readonly step: number },
  format: (value: number) => string,
): Result<readonly string[], string> {
  if (first > last) return err(`the range ${JSON.stringify(range)} ends before it begins`);
  const length = Math.floor((last - first) / step) + 1;
  if (length > MOST_HOSTS) return err(`the range stands for more than ${MOST_HOSTS} hosts`);
  return ok(Array.from({ length }, (_, index) => format(first + index * step)));
}

function isLetter(text: string): boolean {
  return /^[A-Za-z]$/.test(text);
}

/** Python's `string.ascii_letters`, in whose order Ansible counts. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** More than this is a slip of the pen that would only fill the memory. */
const MOST_HOSTS = 20_000;

const LONGEST_PATTERN = 4096;
