import type { Advert } from '../domain/advert.ts';
import { familyOf, parseIpAddress, type IpAddress } from '../domain/address.ts';
import { vipsOf, type HostIntent, type KeepalivedEndpoint } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { Vrid } from '../domain/vrrp.ts';
import { peersOf, vridOf } from '../backends/keepalived/identity.ts';
import { ourConf } from './our-conf.ts';
import type { HostSnapshot } from './snapshot.ts';
import { chooseVrid, type VridChoice } from './vrid.ts';

/** A router on the wire that is no host of the cluster. */
export interface Stranger extends Advert {
  /** In inventory order. */
  readonly heardBy: readonly HostName[];
  /** True when it uses the VRID of the cluster in the family of its VIP: each would take the other for its own. */
  readonly hasOurVrid: boolean;
  /** The VIPs of the cluster that it claims. */
  readonly ourVips: readonly IpAddress[];
  /** True when hosts of the cluster were not looked at, and it may be one of them: it says that it has the VIP. */
  readonly mayBeOurs: boolean;
}

/** What is on the wire beside the cluster, and the VRID that goes with it. */
export interface Wire {
  /** Undefined when all are in use. */
  readonly vrid: VridChoice | undefined;
  /** By address. */
  readonly strangers: readonly Stranger[];
}

/** Whom the hosts belong to, and what was seen of them. */
export interface WireOptions {
  readonly hosts: readonly HostIntent[];
  readonly snapshots: readonly HostSnapshot[];
  /** The VRIDs of what is taken over. */
  readonly adopted?: readonly Vrid[];
  /** Addresses of hosts that are gone for good: whoever has one of them is a stranger now. */
  readonly gone?: readonly IpAddress[] | undefined;
  /** 0 ≤ draw < 1: decides when the VRID is one of many. */
  readonly draw?: number | undefined;
}

/** Who else is there. Hosts that did not listen have heard nobody. */
export function readWire(endpoint: KeepalivedEndpoint, options: WireOptions): Wire {
  const { snapshots, hosts } = options;
  const seen = new Set(snapshots.map(({ intent }) => intent.name));
  const isWhole = hosts.every(({ name }) => seen.has(name));
  const heard = mergeAdverts(snapshots, isForeign(options));
  const inUse = [...snapshots.flatMap((snapshot) => vridInUse(snapshot) ?? []), ...(options.adopted ?? [])];
  const taken = new Set(heard.map(({ advert }) => advert.vrid));
  const vrid = chooseVrid(endpoint.vip, endpoint.settings.vrid, { inUse, taken, draw: options.draw ?? 0 });
  const strangers = heard.map(({ advert, heardBy }): Stranger => {
    const ourVips = vipsOf(endpoint).filter((vip) => advert.vips.includes(vip));
    const isOurFamily = familyOf(advert.source) === familyOf(endpoint.vip);
    const hasOurVrid = isOurFamily && advert.vrid === vrid?.vrid;
    return { ...advert, heardBy, ourVips, hasOurVrid, mayBeOurs: !isWhole && ourVips.includes(endpoint.vip) };
  });
  return { vrid, strangers };
}

/**
 * Whether a plan has to know who else is on the wire: before the first apply, and before a VRID or a VIP becomes another. A
 * run that changes neither does not wait for it.
 */
export function mustListen(snapshots: readonly HostSnapshot[], endpoint: KeepalivedEndpoint): boolean {
  const recorded = snapshots.flatMap(({ recorded: { latest } }) => latest?.virtualRouter ?? []);
  if (recorded.length === 0) return true;
  const vrid = endpoint.settings.vrid ?? recorded[0]?.vrid;
  return recorded.some((router) => router.vrid !== vrid || router.vip !== endpoint.vip);
}

/** True of what neither a host of the cluster has sent nor one of its peers. */
function isForeign({ hosts, snapshots, gone = [] }: WireOptions): (advert: Advert) => boolean {
  const networks = snapshots.map(({ facts }) => facts.network);
  // By its link-layer address a host is known whatever address it sends from.
  const macs = new Set(networks.flatMap(({ links }) => links.flatMap(({ mac }) => mac ?? [])));
  const addresses = new Set<string>([
    ...networks.flatMap((network) => network.addresses.map(({ prefix }) => prefix.address)),
    ...snapshots.flatMap((snapshot) => peersOf(ourConf(snapshot))),
    ...hosts.flatMap(({ name, target }) => [name, target.address]).flatMap(canonical),
  ]);
  for (const address of gone) addresses.delete(address);
  return ({ source, mac }) => !macs.has(mac) && !addresses.has(source);
}

/** An address as adverts name it; nothing of a name. */
function canonical(text: string): readonly IpAddress[] {
  const address = parseIpAddress(text);
  return address.ok ? [address.value] : [];
}

interface Heard {
  readonly advert: Advert;
  readonly heardBy: readonly HostName[];
}

/** One for each sender and VRID: its priority goes up and down, and each host hears it. */
function mergeAdverts(
  snapshots: readonly HostSnapshot[],
  isForeigner: (advert: Advert) => boolean,
): readonly Heard[] {
  const merged = new Map<string, Heard>();
  for (const { intent, heard } of snapshots) {
    const adverts = heard?.kind === 'listened' ? heard.adverts.filter(isForeigner) : [];
    for (const advert of adverts) {
      const key = `${advert.source} ${advert.vrid}`;
      const known = merged.get(key);
      merged.set(key, {
        advert: known === undefined ? advert : together(known.advert, advert),
        heardBy: [...new Set([...(known?.heardBy ?? []), intent.name])],
      });
    }
  }
  return [...merged].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, stranger]) => stranger);
}

function together(one: Advert, other: Advert): Advert {
  const stronger = other.priority > one.priority ? other : one;
  return { ...stronger, vips: [...new Set([...one.vips, ...other.vips])] };
}

/** Of a run that was killed before it was recorded there is only its configuration. */
function vridInUse(snapshot: HostSnapshot): Vrid | undefined {
  return snapshot.recorded.latest?.virtualRouter.vrid ?? vridOf(ourConf(snapshot));
}
