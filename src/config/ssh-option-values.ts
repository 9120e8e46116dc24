import type { AuthenticationMethod } from '../domain/ssh-settings.ts';
import { parseHostName, parseUserName, type HostName, type UserName } from '../domain/names.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { parseConnectAddress, parsePort } from './connect-address.ts';

/** One host of a ProxyJump. */
export interface JumpHop {
  readonly host: HostName;
  readonly address: string;
  readonly port?: number;
  readonly user?: UserName;
}

/** OpenSSH's spellings of true and false. */
export function parseYesNo(text: string): Result<boolean, string> {
  if (/^(yes|true)$/i.test(text)) return ok(true);
  if (/^(no|false)$/i.test(text)) return ok(false);
  return err(`expected yes or no, got ${JSON.stringify(text)}`);
}

/** A time as sshd_config(5), TIME FORMATS: `90`, `1m30s`; `none` is undefined. */
export function parseTimeMs(text: string): Result<number | undefined, string> {
  if (/^none$/i.test(text)) return ok(undefined);
  const parts = [...text.matchAll(/(\d{1,6})([smhd]?)/gi)];
  if (text === '' || parts.map(([part]) => part).join('') !== text)
    return err(`expected a time such as 30 or 1m30s, got ${JSON.stringify(text)}`);
  const seconds = parts.map(([, count, unit = '']) => Number(count) * (UNITS[unit.toLowerCase()] ?? 1));
  return ok(1000 * seconds.reduce((sum, part) => sum + part, 0));
}

export function parseCount(text: string): Result<number, string> {
  return /^\d{1,6}$/.test(text) ? ok(Number(text)) : err(`expected a number, got ${JSON.stringify(text)}`);
}

export function parseAddressFamily(text: string): Result<4 | 6 | undefined, string> {
  switch (text.toLowerCase()) {
    case 'any':
      return ok(undefined);
    case 'inet':
      return ok(4);
    case 'inet6':
      return ok(6);
    default:
      return err(`expected any, inet or inet6, got ${JSON.stringify(text)}`);
  }
}

/** A list of algorithms; whether anybody knows them shows when a connection is made. */
export function parseAlgorithms(text: string): Result<string, string> {
  if (/^[-+^]?[A-Za-z0-9@.*?_-]+(,[A-Za-z0-9@.*?_-]+)*$/.test(text)) return ok(text);
  return err(`expected names of algorithms with commas, got ${JSON.stringify(text)}`);
}

/** Names under which known_hosts may keep a host: patterns there would match others as well. */
export function parseHostKeyAlias(text: string): Result<string, string> {
  if (/^[A-Za-z0-9_[][A-Za-z0-9_.:\]-]*$/.test(text)) return ok(text);
  return err(`expected a name without spaces, commas and wildcards, got ${JSON.stringify(text)}`);
}

/** The ways to log in that a PreferredAuthentications leaves us; those that only OpenSSH's client has are passed over. */
export function parseAuthentications(text: string): Result<readonly AuthenticationMethod[], string> {
  const names = text.toLowerCase().split(',');
  const unknown = names.find((name) => !OURS.some((own) => own === name) && !THEIRS.includes(name));
  if (unknown !== undefined) return err(`${JSON.stringify(unknown)} is no way to log in`);
  return ok(OURS.filter((own) => names.includes(own)));
}

/** The hosts of a ProxyJump, the first to go to first; `none` is an empty list. */
export function parseJumpHops(text: string): Result<readonly JumpHop[], string> {
  if (/^none$/i.test(text)) return ok([]);
  const hops: JumpHop[] = [];
  for (const word of text.split(',')) {
    const hop = parseHop(word);
    if (!hop.ok) return hop;
    hops.push(hop.value);
  }
  const places = new Set(hops.map(({ address, port }) => `${address} ${port ?? 22}`));
  if (places.size < hops.length) return err('expected no host twice on the way');
  return hops.length > MOST_HOPS ? err(`expected at most ${MOST_HOPS} hosts on the way`) : ok(hops);
}

/** `[user@]host[:port]`, also as a URI; an IPv6 address with a port is in brackets. */
function parseHop(text: string): Result<JumpHop, string> {
  const parts =
    /^(?:ssh:\/\/)?(?:(?<user>[^@]+)@)?(?:\[(?<v6>[^\]]+)\]|(?<name>[^:[\]]+|[0-9A-Fa-f:.]+))(?::(?<port>\d+))?\/?$/;
  const { user, v6, name, port } = parts.exec(text)?.groups ?? {};
  const place = v6 ?? name;
  if (place === undefined) return err(`expected [user@]host[:port], got ${JSON.stringify(text)}`);
  const address = parseConnectAddress(place);
  const host = parseHostName(place);
  const parsedUser = user === undefined ? undefined : parseUserName(user);
  const parsedPort = port === undefined ? undefined : parsePort(port);
  for (const part of [address, host, parsedUser, parsedPort]) if (part?.ok === false) return part;
  if (!address.ok || !host.ok) return err('');
  return ok({
    host: host.value,
    address: address.value,
    ...(parsedPort?.ok === true && { port: parsedPort.value }),
    ...(parsedUser?.ok === true && { user: parsedUser.value }),
  });
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

const OURS: readonly AuthenticationMethod[] = ['publickey', 'keyboard-interactive', 'password'];

const THEIRS: readonly string[] = ['gssapi-with-mic', 'gssapi-keyex', 'gssapi', 'hostbased'];

/** A longer way is a mistake, such as hosts that go through each other. */
const MOST_HOPS = 8;
