import { parseIpAddress, type IpAddress, type IpFamily } from '../domain/address.ts';
import type { Advert } from '../domain/advert.ts';
import { parseVrid } from '../domain/vrrp.ts';

/**
 * Reads an Ethernet frame; undefined when it is no advert. Frames of a VLAN, which have a tag, are of another link. A list
 * of addresses that was cut off ends where it was cut.
 */
export function parseFrame(frame: Uint8Array): Advert | undefined {
  const packet = packetIn(frame);
  if (packet === undefined || packet.payload.length < HEADER) return undefined;
  const { source, family, payload } = packet;
  const [kind = 0, id, priority = 0, count = 0] = payload;
  const version = versionOf(kind, family);
  const vrid = parseVrid(id);
  if (version === undefined || !vrid.ok || isCarp(version, payload)) return undefined;
  const low = payload[5] ?? 0;
  return {
    source,
    mac: [...frame.subarray(6, 12)].map(hexByte).join(':'),
    version,
    vrid: vrid.value,
    priority,
    // Version 2 counts seconds, version 3 centiseconds in twelve bits.
    advertIntervalMs: version === 2 ? low * 1000 : (((payload[4] ?? 0) & 0x0f) * 256 + low) * 10,
    vips: addressesIn(payload.subarray(HEADER), family, count),
    authentication: version === 2 ? (AUTHENTICATION[payload[4] ?? 0] ?? 'unknown') : 'none',
  };
}

interface Packet {
  readonly source: IpAddress;
  readonly family: IpFamily;
  readonly payload: Uint8Array;
}

function packetIn(frame: Uint8Array): Packet | undefined {
  const packet = frame.subarray(ETHERNET);
  switch (shortAt(frame, 12)) {
    case 0x0800:
      return packetOf4(packet);
    case 0x86dd:
      return packetOf6(packet);
    default:
      return undefined;
  }
}

function packetOf4(packet: Uint8Array): Packet | undefined {
  const [first = 0] = packet;
  const headerLength = (first & 0x0f) * 4;
  const isFirstFragment = (shortAt(packet, 6) & 0x1fff) === 0;
  if (first >> 4 !== 4 || headerLength < 20 || packet[9] !== VRRP || !isFirstFragment) return undefined;
  const source = addressFrom(packet.subarray(12, 16), 4);
  // Ethernet fills short frames up: what counts is the length that the packet says of itself.
  const payload = packet.subarray(headerLength, shortAt(packet, 2));
  return source === undefined ? undefined : { source, family: 4, payload };
}

function packetOf6(packet: Uint8Array): Packet | undefined {
  if ((packet[0] ?? 0) >> 4 !== 6 || packet[6] !== VRRP) return undefined;
  const source = addressFrom(packet.subarray(8, 24), 6);
  const payload = packet.subarray(40, 40 + shortAt(packet, 4));
  return source === undefined ? undefined : { source, family: 6, payload };
}

/** The upper half is the version, the lower the type, of which there is only 1. Version 2 knows IPv4 only. */
function versionOf(kind: number, family: IpFamily): 2 | 3 | undefined {
  if (kind === 0x31) return 3;
  return kind === 0x21 && family === 4 ? 2 : undefined;
}

/**
 * OpenBSD's CARP has VRRP's protocol number and looks like its version 2 with seven addresses, but has no authentication
 * data behind them, which RFC 3768 §5.3.10 always wants. No router of VRRP listens to it.
 */
function isCarp(version: 2 | 3, payload: Uint8Array): boolean {
  return version === 2 && payload[3] === 7 && payload.length === 36;
}

function addressesIn(bytes: Uint8Array, family: IpFamily, count: number): readonly IpAddress[] {
  const size = family === 4 ? 4 : 16;
  const whole = Math.min(count, Math.floor(bytes.length / size));
  return Array.from({ length: whole }, (_, index) =>
    addressFrom(bytes.subarray(index * size, (index + 1) * size), family),
  ).filter((address) => address !== undefined);
}

function addressFrom(bytes: Uint8Array, family: IpFamily): IpAddress | undefined {
  const hex = [...bytes].map(hexByte).join('');
  const text = family === 4 ? bytes.join('.') : (hex.match(/..../g) ?? []).join(':');
  const address = parseIpAddress(text);
  return address.ok ? address.value : undefined;
}

function shortAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

const ETHERNET = 14;

/** IANA's protocol number of VRRP. */
const VRRP = 112;

/** Bytes before the addresses. */
const HEADER = 8;

/** RFC 2338 §5.3.6; RFC 3768 has kept 0 only, and keepalived sends 1 as well. */
const AUTHENTICATION: Readonly<Record<number, Advert['authentication']>> = {
  0: 'none',
  1: 'password',
  2: 'ipsec',
};
