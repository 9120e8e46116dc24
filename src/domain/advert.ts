import type { IpAddress } from './address.ts';
import type { Vrid } from './vrrp.ts';

/** What a router says of itself on the wire (RFC 9568 §5, and RFC 3768 §5 for version 2). */
export interface Advert {
  readonly source: IpAddress;
  /** Link-layer address of the sender, lower case; the virtual router's own one where it has one. */
  readonly mac: string;
  readonly version: 2 | 3;
  readonly vrid: Vrid;
  /** 0–255: 0 says that the router leaves, 255 that the VIPs are its own addresses. */
  readonly priority: number;
  readonly advertIntervalMs: number;
  /** As sent, the first one first; an IPv6 router names its link-local VIP first. */
  readonly vips: readonly IpAddress[];
  /** How adverts are authenticated; version 3 has nothing of the kind. */
  readonly authentication: 'none' | 'password' | 'ipsec' | 'unknown';
}

/** What a host heard of other routers. */
export type Listening =
  | {
      readonly kind: 'listened';
      /** The program that listened. */
      readonly by: string;
      readonly adverts: readonly Advert[];
    }
  | { readonly kind: 'deaf'; readonly because: string };
