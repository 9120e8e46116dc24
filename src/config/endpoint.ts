import { parseEndpoint, parseIpAddress, type EndpointAddress, type IpAddress } from '../domain/address.ts';
import type { EndpointIntent } from '../domain/intent.ts';
import type { Cluster } from './konvoy/cluster.ts';
import type { Cursor } from './text/cursor.ts';
import { CONTROL_PLANE_GROUPS } from './hosts.ts';
import type { Inventory } from './ansible/inventory.ts';
import type { Problems } from './text/problems.ts';
import { spanOf } from './text/source.ts';
import { ADDRESS_VARIABLES, type HostEntry } from './target.ts';
import { readSharedVariable, type SharedValue } from './shared-variable.ts';

/** The endpoint that the files ask for; undefined when it is missing or wrong, which has then been said. */
export function readEndpoint(
  { choice, endpoint }: Cluster,
  { inventory, entries }: { readonly inventory: Inventory; readonly entries: readonly HostEntry[] },
  problems: Problems,
): EndpointIntent | undefined {
  // The provider makes the load balancer and knows its address; what an inventory says about it is the provider's output.
  if (choice.kind === 'cloud') return choice;
  const written = endpoint === undefined ? readFromInventory(inventory, entries) : readOverride(endpoint);
  if (written.state === 'unset') refuseMissing(inventory, problems);
  if (written.state !== 'set') return undefined;
  const { cursor, value: address } = written;
  if (choice.kind === 'external') return { ...choice, ...address };
  const vip = readVip(cursor, address.host, inventory);
  return vip === undefined ? undefined : { ...choice, vip, port: address.port, span: spanOf(cursor.place) };
}

function readFromInventory(
  inventory: Inventory,
  entries: readonly HostEntry[],
): SharedValue<EndpointAddress> {
  return readSharedVariable('control_plane_endpoint', parseEndpoint, { inventory, entries });
}

function readOverride(cursor: Cursor): SharedValue<EndpointAddress> {
  const value = cursor.read(parseEndpoint);
  return value === undefined ? { state: 'wrong' } : { state: 'set', cursor, value };
}

function refuseMissing(inventory: Inventory, problems: Problems): void {
  const group = CONTROL_PLANE_GROUPS.map((name) => inventory.groups.get(name)).find(
    (found) => found !== undefined,
  );
  problems.error(
    'no control-plane endpoint is set',
    group?.place,
    'in the inventory, under all.vars: control_plane_endpoint: "ADDRESS:6443"',
    'or in cluster.yaml: spec.kubernetes.controlPlane.controlPlaneEndpointOverride: "ADDRESS:6443"',
  );
}

function readVip(cursor: Cursor, host: string, inventory: Inventory): IpAddress | undefined {
  const vip = parseIpAddress(host);
  if (!vip.ok) {
    cursor.failAt(
      host,
      `keepalived needs an IPv4 address, got the DNS name ${JSON.stringify(host)}`,
      OWN_BALANCER_HINT,
    );
    return undefined;
  }
  if (vip.value.includes(':')) {
    cursor.fail('an IPv6 address as VIP is not supported yet', 'use an IPv4 address');
    return undefined;
  }
  if (isUnusable(vip.value)) {
    cursor.failAt(
      host,
      `${host} cannot be the address of a host`,
      'reserve an address in the subnet of the hosts',
    );
    return undefined;
  }
  const owner = ownerOf(vip.value, inventory);
  if (owner === undefined) return vip.value;
  cursor.failAt(host, `${host} is the address of ${owner}`, 'a VIP must be an address that no machine has');
  return undefined;
}

/** 0/8, loopback, multicast and what lies above (RFC 6890). */
function isUnusable(vip: IpAddress): boolean {
  const first = Number(vip.split('.', 1)[0]);
  return first === 0 || first === 127 || first >= 224;
}

/** The host of any group that is named or reached by this address. */
function ownerOf(vip: IpAddress, inventory: Inventory): string | undefined {
  for (const host of inventory.hosts.values()) {
    const addresses = ADDRESS_VARIABLES.map((name) => host.variables.get(name)?.value.node);
    const texts = addresses.map((node) => (node?.kind === 'scalar' ? node.text : undefined));
    if (host.name === vip || texts.includes(vip)) return host.name;
  }
  return undefined;
}

const OWN_BALANCER_HINT =
  'if another load balancer answers under that name, remove "keepalived" from a ClusterConfiguration in cluster.yaml';
