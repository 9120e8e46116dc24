import {
  familyOf,
  parseIpAddress,
  parseIpPrefix,
  prefixContains,
  type IpAddress,
} from '../domain/address.ts';
import type { Inventory } from './ansible/inventory.ts';
import { ADDRESS_VARIABLES } from './target.ts';
import type { Cursor } from './text/cursor.ts';

/** VIPs, and where they stand: what came out of a vault is not shown where something else is complained about. */
export interface WrittenVips {
  readonly cursor: Cursor;
  readonly vips: readonly IpAddress[];
}

/** The VIP of an endpoint; undefined when it cannot be one, which has then been said. */
export function readVip(cursor: Cursor, host: string, inventory: Inventory): IpAddress | undefined {
  const vip = parseIpAddress(host);
  if (!vip.ok) {
    cursor.failAt(
      host,
      `keepalived needs an address, got the DNS name ${JSON.stringify(host)}`,
      OWN_BALANCER_HINT,
    );
    return undefined;
  }
  return refuseVip(cursor, vip.value, inventory) ? undefined : vip.value;
}

/** Complains about additional VIPs that cannot be any, or are there already. */
export function checkAdditionalVips(
  cursor: Cursor,
  addresses: readonly IpAddress[],
  { vip, inventory }: { readonly vip: IpAddress | undefined; readonly inventory: Inventory },
): void {
  for (const [index, address] of addresses.entries()) {
    if (address === vip) cursor.failAt(address, `${address} is the VIP itself`);
    else if (addresses.indexOf(address) < index) cursor.failAt(address, `${address} is there twice`);
    else refuseVip(cursor, address, inventory);
  }
}

/** Complains about subnets of the cluster's inside that contain a VIP: nobody outside could reach it (Konvoy refuses it, too). */
export function checkSubnets(subnets: readonly Cursor[], written: readonly WrittenVips[]): void {
  for (const subnet of subnets) {
    const prefix = subnet.read(parseIpPrefix);
    if (prefix === undefined) continue;
    for (const { cursor, vips } of written) {
      for (const vip of vips.filter((candidate) => prefixContains(prefix, candidate))) {
        subnet.fail(
          `the VIP${cursor.isSecret ? '' : ` ${vip}`} is in this subnet`,
          'choose a subnet that no machine outside the cluster uses',
        );
      }
    }
  }
}

/** True after a complaint. */
function refuseVip(cursor: Cursor, vip: IpAddress, inventory: Inventory): boolean {
  if (isUnusable(vip)) {
    cursor.failAt(
      vip,
      `${vip} cannot be the address of a host`,
      'reserve an address in the subnet of the hosts',
    );
    return true;
  }
  const owner = ownerOf(vip, inventory);
  if (owner === undefined) return false;
  cursor.failAt(vip, `${vip} is the address of ${owner}`, 'a VIP must be an address that no machine has');
  return true;
}

/** What no host may have, or nobody could reach from elsewhere (RFC 6890; RFC 4291 §2.4). */
function isUnusable(vip: IpAddress): boolean {
  if (familyOf(vip) === 6) return /^(::1?$|ff|fe[89ab])/.test(vip);
  const first = Number(vip.split('.', 1)[0]);
  return first === 0 || first === 127 || first >= 224;
}

/** The host of any group that is named or reached by this address. */
function ownerOf(vip: IpAddress, inventory: Inventory): string | undefined {
  for (const host of inventory.hosts.values()) {
    const addresses = ADDRESS_VARIABLES.map((name) => host.variables.get(name)?.value.node);
    const texts = addresses.map((node) => (node?.kind === 'scalar' ? node.text : undefined));
    if ([host.name, ...texts].some((text) => isSame(text, vip))) return host.name;
  }
  return undefined;
}

function isSame(text: string | undefined, vip: IpAddress): boolean {
  const address = parseIpAddress(text);
  return address.ok && address.value === vip;
}

const OWN_BALANCER_HINT =
  'if another load balancer answers under that name, remove "keepalived" from a ClusterConfiguration in cluster.yaml';
