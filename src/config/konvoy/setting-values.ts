import { parseIpAddress, type IpAddress } from '../../domain/address.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { numberIn, type Cursor } from '../text/cursor.ts';
import { closest } from '../text/suggest.ts';

/** How a single value is read where it stands: an inventory may have templates, cluster.yaml has none. */
export type ReadScalar = <T>(cursor: Cursor, parse: (text: string) => Result<T, string>) => T | undefined;

/** A narrow grammar: the path ends up in a script and in a configuration file. */
export const HEALTH_PATH = /^\/[A-Za-z0-9._~/?=&%-]{0,255}$/;

export function oneOf<const T extends string>(values: readonly T[]): (text: string) => Result<T, string> {
  return (text) => {
    const value = values.find((candidate) => candidate === text);
    if (value !== undefined) return ok(value);
    const meant = closest(text, values);
    const suggestion = meant === undefined ? '' : `; did you mean ${meant}?`;
    return err(
      `expected ${values.join(', ').replace(/, (?!.*,)/, ' or ')}, got ${JSON.stringify(text)}${suggestion}`,
    );
  };
}

export function integerFrom(least: number, most: number): (text: string) => Result<number, string> {
  return (text) => {
    const number = numberIn(text);
    if (typeof number === 'number' && number >= least && number <= most) return ok(number);
    return err(`expected an integer from ${least} to ${most}, got ${JSON.stringify(number)}`);
  };
}

/** keepalived before 2.3.2 counts the intervals of scripts in whole seconds, and refuses others. */
export function parseWholeSeconds(text: string): Result<number, string> {
  const number = integerFrom(1000, 60_000)(text);
  if (!number.ok || number.value % 1000 === 0) return number;
  return err(`expected whole seconds in milliseconds, such as 1000 or 2000, got ${number.value}`);
}

export function parseHealthPath(text: string): Result<string, string> {
  if (HEALTH_PATH.test(text)) return ok(text);
  return err(`expected the path of a URL such as "/readyz", got ${JSON.stringify(text)}`);
}

/** A list of addresses; in INI, where there are no lists, they are separated by commas. */
export function readAddresses(cursor: Cursor, readScalar: ReadScalar): readonly IpAddress[] | undefined {
  if (cursor.node.kind !== 'list') return readScalar(cursor, parseAddresses);
  const addresses = cursor.items().map((item) => readScalar(item, parseIpAddress));
  const valid = addresses.filter((address) => address !== undefined);
  return valid.length === addresses.length ? valid : undefined;
}

function parseAddresses(text: string): Result<readonly IpAddress[], string> {
  const addresses: IpAddress[] = [];
  for (const part of text.split(',')) {
    const address = parseIpAddress(part.trim());
    if (!address.ok) return address;
    addresses.push(address.value);
  }
  return ok(addresses);
}
