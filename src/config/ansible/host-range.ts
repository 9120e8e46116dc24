import { isIPv6 } from 'node:net';
import { err, ok, type Result } from '../../domain/result.ts';

/** What a key under `hosts:` stands for. */
export interface HostEntry {
  /** One name, or as many as the key's ranges make. */
  readonly names: readonly string[];
  /** The port of `host:port`, as text. */
  readonly port?: string;
}

/**
 * Reads a key under `hosts:` as Ansible does: `name`, `name:port`, `[address]:port`, ranges such as `cp[1:3]`,
 * `cp[01:10:2]` and `cp[a:c]`. An IPv6 address without brackets never has a port.
 */
export function parseHostEntry(text: string): Result<HostEntry, string> {
  if (isIPv6(text)) return ok({ names: [text] });
  const { pattern, port } = splitPort(text);
  const names = isIPv6(pattern) ? ok([pattern]) : expandRanges(pattern);
  if (!names.ok) return names;
  return ok({ names: names.value, ...(port === undefined ? {} : { port }) });
}

function splitPort(text: string): { readonly pattern: string; readonly port?: string } {
  const bracketed = /^\[(?<pattern>[^[\]]+)\](?::(?<port>[0-9]+))?$/.exec(text)?.groups;
  if (bracketed !== undefined && (bracketed['port'] !== undefined || isIPv6(bracketed['pattern'] ?? ''))) {
    return withPort(bracketed['pattern'] ?? '', bracketed['port']);
  }
  const plain = /^(?<pattern>(?:[^:[\]]|\[[^\]]*\])*):(?<port>[0-9]+)$/.exec(text)?.groups;
  return withPort(plain?.['pattern'] ?? text, plain?.['port']);
}

function withPort(
  pattern: string,
  port: string | undefined,
): { readonly pattern: string; readonly port?: string } {
  return port === undefined ? { pattern } : { pattern, port };
}

/** Several ranges make their product, the leftmost range changing slowest. */
function expandRanges(pattern: string): Result<readonly string[], string> {
  let names: readonly string[] = [''];
  for (const part of pattern.split(/(\[[^\]]*\])/)) {
    const values = part.startsWith('[') ? parseRange(part) : ok([part]);
    if (!values.ok) return values;
    if (names.length * values.value.length > MOST_HOSTS)
      return err(`the range stands for more than ${MOST_HOSTS} hosts`);
    names = names.flatMap((name) => values.value.map((value) => name + value));
  }
  return ok(names);
}

function parseRange(range: string): Result<readonly string[], string> {
  const groups = /^\[(?<first>\w*):(?<last>\w+)(?::(?<step>[0-9]{1,6}))?\]$/.exec(range)?.groups;
  const { first = '', last = '' } = groups ?? {};
  const step = Number(groups?.['step'] ?? 1);
  if (groups === undefined || step < 1)
    return err(`expected a range such as [1:3], got ${JSON.stringify(range)}`);
  return isLetter(first) && isLetter(last)
    ? letters(range, first, last, step)
    : numbers(range, first || '0', last, step);
}

function numbers(
  range: string,
  first: string,
  last: string,
  step: number,
): Result<readonly string[], string> {
  if (!/^[0-9]{1,9}$/.test(first) || !/^[0-9]{1,9}$/.test(last)) {
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
