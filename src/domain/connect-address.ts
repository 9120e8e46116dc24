import { isIPv4, isIPv6 } from 'node:net';
import { isDnsName } from './address.ts';
import { err, ok, type Result } from './result.ts';

/** What a connection can be made to: an address, IPv6 with a zone if need be, or a DNS name. */
export function parseConnectAddress(text: string): Result<string, string> {
  if (isIPv4(text) || isIPv6(text) || isDnsName(text)) return ok(text);
  return err(`expected an IP address or a DNS name, got ${JSON.stringify(text)}`);
}

/** A TCP port, written without leading zeros. */
export function parsePort(text: string): Result<number, string> {
  const port = Number(text);
  if (/^[1-9][0-9]{0,4}$/.test(text) && port <= 65535) return ok(port);
  return err(`expected a port from 1 to 65535, got ${JSON.stringify(text)}`);
}
