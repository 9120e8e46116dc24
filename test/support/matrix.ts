import { desiredResources } from '../../src/backends/backends.ts';
import type { IpAddress } from '../../src/domain/address.ts';
import type { KeepalivedEndpoint } from '../../src/domain/intent.ts';
import type { InterfaceName } from '../../src/domain/names.ts';
import type { FileResource } from '../../src/domain/resource.ts';
import type { HostRouter } from '../../src/domain/plan.ts';
import { hostName, priority, vrid } from './branded.ts';
import { ENDPOINT } from './cluster.ts';
import { RENDERER } from './templates.ts';

/** One way in which a cluster can be asked for. */
export interface Variant {
  readonly name: string;
  readonly router: HostRouter;
  readonly endpoint: KeepalivedEndpoint;
}

/** The addresses of a host and of those beside it, in both families. */
export interface Place {
  readonly interface: InterfaceName;
  readonly four: FamilyPlace;
  readonly six: FamilyPlace;
}

export interface FamilyPlace {
  readonly own: IpAddress;
  readonly peers: readonly IpAddress[];
  readonly vip: IpAddress;
}

/** Every mode with every family, load balancer and number of hosts that changes a file. */
export function matrixAt(place: Place): readonly Variant[] {
  return (['unicast', 'multicast'] as const).flatMap((mode) =>
    (['v4', 'v6', 'dual', 'dual-v6'] as const).flatMap((family) =>
      (['none', 'haproxy'] as const).flatMap((loadBalancer) =>
        (['many', 'alone'] as const).map((hosts): Variant => {
          const { first, second } = addressesOf(place, family);
          return {
            name: [mode, family, loadBalancer, hosts].join('-'),
            router: {
              host: hostName('cp1'),
              interface: place.interface,
              source: first.own,
              peers: hosts === 'alone' ? [] : first.peers,
              vrid: vrid(20),
              priority: priority(250),
            },
            endpoint: {
              ...ENDPOINT,
              vip: first.vip,
              settings: {
                ...ENDPOINT.settings,
                mode,
                loadBalancer,
                additionalVips: second === undefined ? [] : [second.vip],
              },
            },
          };
        }),
      ),
    ),
  );
}

/** The files of a variant, as they would be written. */
export function filesOf({ router, endpoint }: Variant, haproxyVersion?: string): readonly FileResource[] {
  const firewall = { programs: [], chains: [] };
  const options = { renderer: RENDERER, pinned: undefined, haproxyVersion, firewall };
  return [...desiredResources(router, endpoint, options).values()].flatMap((resource) =>
    resource?.kind === 'file' ? [resource] : [],
  );
}

function addressesOf(
  { four, six }: Place,
  family: 'v4' | 'v6' | 'dual' | 'dual-v6',
): { readonly first: FamilyPlace; readonly second?: FamilyPlace } {
  switch (family) {
    case 'v4':
      return { first: four };
    case 'v6':
      return { first: six };
    case 'dual':
      return { first: four, second: six };
    case 'dual-v6':
      return { first: six, second: four };
    default:
      return family satisfies never;
  }
}
