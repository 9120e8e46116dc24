import { isIPv4, isIPv6 } from 'node:net';
import { err, ok, type Brand, type Result } from './result.ts';

/** An IPv4 or IPv6 address in canonical text form, without zone or prefix. */
export type IpAddress = Brand<string, 'IpAddress'>;

export type IpFamily = 4 | 6;

/** An address and the length of its on-link prefix, as `ip address` prints it. */
export interface IpPrefix {
  readonly address: IpAddress;
  /** 0–32 (IPv4) or 0–128 (IPv6). */
  readonly length: number;
}

/** Where the control plane is reached: an address or a DNS name, and a TCP port from 1 to 65535. */
export interface EndpointAddress {
  readonly host: string;
  readonly port: number;
}

/** Reads a plain address; leading zeros, short forms and zones are refused. */
export function parseIpAddress(input: unknown): Result<IpAddress, string> {
  if (typeof input === 'string' && isIPv4(input)) return ok(input as IpAddress);
  if (typeof input === 'string' && isIPv6(input) && !input.includes('%')) {
    return ok(formatIpv6(addressBits(input as IpAddress)));
  }
  return err(`expected an IPv4 or IPv6 address, got ${JSON.stringify(input)}`);
}

/** Reads `address/length`; the address need not be the first of its network. */
export function parseIpPrefix(input: unknown): Result<IpPrefix, string> {
  const [, text, digits] = /^([^/]*)\/([0-9]{1,3})$/.exec(String(input)) ?? [];
  const address = parseIpAddress(text);
  if (!address.ok || Number(digits) > bitsOf(address.value)) {
    return err(`expected a network such as "192.168.0.0/16", got ${JSON.stringify(input)}`);
  }
  return ok({ address: address.value, length: Number(digits) });
}

/** Reads `host:port`, `address:port` or `[ipv6]:port`. The port is required, as Konvoy requires it. */
export function parseEndpoint(input: unknown): Result<EndpointAddress, string> {
  if (typeof input !== 'string' || input === '')
    return err(`expected "address:port", got ${JSON.stringify(input)}`);
  const match = /^(?:\[(?<v6>[^\]]*)\]|(?<name>[^:[\]]+)):(?<port>[0-9]{1,5})$/.exec(input);
  const { v6, name, port } = match?.groups ?? {};
  if (port === undefined) return err(endpointShapeProblem(input));
  if (Number(port) < 1 || Number(port) > 65535) return err(`port ${port} is not from 1 to 65535`);
  if (v6 !== undefined) {
    const address = parseIpAddress(v6);
    return address.ok && familyOf(address.value) === 6
      ? ok({ host: address.value, port: Number(port) })
      : err(`expected an IPv6 address in brackets, got ${JSON.stringify(v6)}`);
  }
  return parseEndpointHost(name ?? '', Number(port));
}

export function familyOf(address: IpAddress): IpFamily {
  return address.includes(':') ? 6 : 4;
}

export function prefixContains(prefix: IpPrefix, address: IpAddress): boolean {
  if (familyOf(prefix.address) !== familyOf(address)) return false;
  const shift = BigInt(bitsOf(address) - prefix.length);
  return addressBits(prefix.address) >> shift === addressBits(address) >> shift;
}

/** True for the all-zeros and all-ones addresses of an IPv4 prefix shorter than /31, which no host may use. */
export function isNetworkOrBroadcast(prefix: IpPrefix, address: IpAddress): boolean {
  if (familyOf(address) === 6 || prefix.length >= 31 || !prefixContains(prefix, address)) return false;
  const hostBits = addressBits(address) & ((1n << BigInt(32 - prefix.length)) - 1n);
  return hostBits === 0n || hostBits === (1n << BigInt(32 - prefix.length)) - 1n;
}

/** The last octet of an IPv4 address, or the low byte of an IPv6 one: 0–255. */
export function lastOctet(address: IpAddress): number {
  return Number(addressBits(address) & 0xffn);
}

/** True for a DNS name of letters, digits, `-` and `_`, with or without the final dot; never for digits and dots alone. */
export function isDnsName(text: string): boolean {
  if (text.length > 253 || /^[0-9.]+$/.test(text)) return false;
  return text
    .replace(/\.$/, '')
    .split('.')
    .every((label) => /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label));
}

/** `address:port`, with brackets where IPv6 needs them. */
export function formatEndpoint(endpoint: EndpointAddress): string {
  return endpoint.host.includes(':')
    ? `[${endpoint.host}]:${endpoint.port}`
    : `${endpoint.host}:${endpoint.port}`;
}

function parseEndpointHost(name: string, port: number): Result<EndpointAddress, string> {
  if (isIPv4(name)) return ok({ host: name, port });
  if (/^[0-9.]+$/.test(name)) return err(`${JSON.stringify(name)} is not an IPv4 address`);
  if (!isDnsName(name)) {
    return err(`${JSON.stringify(name)} is neither an address nor a DNS name`);
  }
  return ok({ host: name, port });
}

function endpointShapeProblem(input: string): string {
  if (isIPv6(input)) return `an IPv6 endpoint needs brackets and a port: "[${input}]:6443"`;
  if (!input.includes(':')) return `${JSON.stringify(input)} has no port: write "${input}:6443"`;
  return `expected "address:port", got ${JSON.stringify(input)}`;
}

function bitsOf(address: IpAddress): 32 | 128 {
  return familyOf(address) === 4 ? 32 : 128;
}

function addressBits(address: IpAddress): bigint {
  if (!address.includes(':'))
    return address.split('.').reduce((bits, octet) => (bits << 8n) | BigInt(octet), 0n);
  const [head = '', tail] = embeddedIpv4ToHex(address).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

/** `::ffff:192.0.2.1` is one address, not two notations: the tail becomes two groups of hex. */
function embeddedIpv4ToHex(text: string): string {
  const dotted = /(?<=:)[0-9.]+$/.exec(text)?.[0];
  if (dotted?.includes('.') !== true) return text;
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
  return text.slice(0, -dotted.length) + `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

/** Canonical text of RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as `::`. */
function formatIpv6(bits: bigint): IpAddress {
  const groups = Array.from({ length: 8 }, (_, i) => ((bits >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  const text = groups.join(':');
  const runs = [...text.matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)].map((run) => run[0]);
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  if (longest === '') return text as IpAddress;
  const at = text.search(new RegExp(`(?<![0-9a-f])${longest}(?![0-9a-f])`));
  return `${text.slice(0, at).replace(/:$/, '')}::${text.slice(at + longest.length).replace(/^:/, '')}` as IpAddress;
}
