import { err, ok, type Brand, type Result } from './result.ts';

/** Virtual Router Identifier, 1–255 (RFC 9568 §5.2.3). */
export type Vrid = Brand<number, 'Vrid'>;

/** Priority of a router that does not own the address, 1–254 (RFC 9568 §5.2.4). */
export type Priority = Brand<number, 'Priority'>;

/** Time between two adverts in milliseconds: 10–40950, in whole centiseconds (RFC 9568 §5.2.7). */
export type AdvertIntervalMs = Brand<number, 'AdvertIntervalMs'>;

/** What a virtual router is on one host (RFC 9568 §6.4); `fault` is keepalived's, `unknown` when nothing told us. */
export type RouterState = 'active' | 'backup' | 'fault' | 'stopped' | 'unknown';

/** How quickly a dead active is noticed: three missed adverts. Milliseconds per profile, DESIGN §8. */
export type Profile = 'safe' | 'balanced' | 'fast';

export const PROFILE_ADVERT_INTERVAL_MS: Readonly<Record<Profile, number>> = {
  safe: 1000,
  balanced: 500,
  fast: 250,
};

/** Why nobody may ask for a password between routers, whichever way (RFC 3768 §10, RFC 9568 §8). */
export const PASSWORD_REFUSED =
  'a password proves nothing: VRRPv3 has none and ignores it, VRRPv2 sends it readable to the whole network, cut to 8 characters';

export const PASSWORD_HINT = 'leave it out: with mode unicast, hosts hear only the peers that they list';

export function parseVrid(input: unknown): Result<Vrid, string> {
  if (!isIntegerFrom(input, 1, 255))
    return err(`expected an integer from 1 to 255, got ${JSON.stringify(input)}`);
  return ok(input as Vrid);
}

export function parsePriority(input: unknown): Result<Priority, string> {
  // 255 is for the owner of the address and switches tracking off; 0 means "leaving" on the wire.
  if (!isIntegerFrom(input, 1, 254))
    return err(`expected an integer from 1 to 254, got ${JSON.stringify(input)}`);
  return ok(input as Priority);
}

export function parseAdvertIntervalMs(input: unknown): Result<AdvertIntervalMs, string> {
  if (!isIntegerFrom(input, 10, 40_950) || input % 10 !== 0) {
    return err(`expected milliseconds from 10 to 40950 in steps of 10, got ${JSON.stringify(input)}`);
  }
  return ok(input as AdvertIntervalMs);
}

/** Milliseconds a backup of this priority waits after the last advert before it takes over (RFC 9568 §6.1). */
export function activeDownIntervalMs(advertIntervalMs: number, priority: number): number {
  return 3 * advertIntervalMs + Math.ceil(((256 - priority) * advertIntervalMs) / 256);
}

function isIntegerFrom(input: unknown, least: number, most: number): input is number {
  return typeof input === 'number' && Number.isInteger(input) && input >= least && input <= most;
}
