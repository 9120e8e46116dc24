import { parseEndpoint, type EndpointAddress } from '../domain/address.ts';
import type { EndpointIntent, KeepalivedEndpoint } from '../domain/intent.ts';
import type { Inventory } from './ansible/inventory.ts';
import { CONTROL_PLANE_GROUPS } from './hosts.ts';
import { resolveKeepalivedSettings } from './keepalived-settings.ts';
import type { Cluster } from './konvoy/cluster.ts';
import type { KeepalivedChoice } from './konvoy/endpoint-choice.ts';
import type { Cursor } from './text/cursor.ts';
import type { Problems } from './text/problems.ts';
import { spanOf } from './text/source.ts';
import { readSharedVariable, type SharedScope, type SharedValue } from './shared-variable.ts';
import { checkAdditionalVips, checkSubnets, readVip } from './vip.ts';

/** The endpoint that the files ask for; undefined when it is missing or wrong, which has then been said. */
export function readEndpoint(
  cluster: Cluster,
  scope: SharedScope,
  problems: Problems,
): EndpointIntent | undefined {
  const { choice } = cluster;
  const written =
    cluster.endpoint === undefined
      ? readSharedVariable('control_plane_endpoint', parseEndpoint, scope)
      : readOverride(cluster.endpoint);
  switch (choice.kind) {
    case 'cloud':
      // The provider makes the load balancer and names it: an inventory knows the address only afterwards.
      if (written.state === 'wrong') return undefined;
      return written.state === 'set' ? { ...choice, address: written.value } : choice;
    case 'external':
      if (written.state === 'unset') refuseMissing(scope.inventory, problems);
      return written.state === 'set' ? { ...choice, ...written.value } : undefined;
    case 'keepalived':
      if (written.state === 'unset') refuseMissing(scope.inventory, problems);
      return readKeepalivedEndpoint(choice, written, { scope, subnets: cluster.subnets });
    default:
      return choice satisfies never;
  }
}

function readOverride(cursor: Cursor): SharedValue<EndpointAddress> {
  const value = cursor.read(parseEndpoint);
  return value === undefined ? { state: 'wrong' } : { state: 'set', cursor, value };
}

/** Reads the settings in any case: what is wrong with them is said together with what is wrong with the VIP. */
function readKeepalivedEndpoint(
  { because, written }: KeepalivedChoice,
  address: SharedValue<EndpointAddress>,
  { scope, subnets }: { readonly scope: SharedScope; readonly subnets: readonly Cursor[] },
): KeepalivedEndpoint | undefined {
  const { settings, additionalVips, loadBalancerPort } = resolveKeepalivedSettings(written, scope);
  const { inventory } = scope;
  const vip = address.state === 'set' ? readVip(address.cursor, address.value.host, inventory) : undefined;
  const others = settings.additionalVips;
  if (additionalVips !== undefined) checkAdditionalVips(additionalVips, others, { vip, inventory });
  checkSubnets(subnets, [
    ...(vip === undefined || address.state !== 'set' ? [] : [{ cursor: address.cursor, vips: [vip] }]),
    ...(additionalVips === undefined ? [] : [{ cursor: additionalVips, vips: others }]),
  ]);
  if (vip === undefined || address.state !== 'set') return undefined;
  const { cursor, value } = address;
  if (loadBalancerPort !== undefined && settings.loadBalancerPort === value.port) {
    loadBalancerPort.fail(`${value.port} is the port of the endpoint, where the API servers listen`);
  }
  return { kind: 'keepalived', because, vip, port: value.port, settings, span: spanOf(cursor.place) };
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
