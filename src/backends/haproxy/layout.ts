import type { KeepalivedEndpoint } from '../../domain/intent.ts';
import { keyOf, type ResourceKey } from '../../domain/resource.ts';

/** The unit is ours alone: the one that the package brings is left to whoever uses it. */
export const SERVICE = 'konvoy-ha-haproxy';
export const PACKAGE = 'haproxy';

/** The unit that the package brings. */
export const UNUSED_SERVICE = 'haproxy';

/** The account that the package makes for it. */
export const USER = 'haproxy';

/** `nft`, which sends what reaches the VIP to the balancer's port. */
export const REDIRECT_PACKAGE = 'nftables';

/** The table of nft that holds the redirect and nothing else. */
export const TABLE = 'konvoy_ha';

export const PATHS = {
  directory: '/etc/konvoy-ha',
  conf: '/etc/konvoy-ha/haproxy.cfg',
  redirect: '/etc/konvoy-ha/redirect.nft',
  unit: `/etc/systemd/system/${SERVICE}.service`,
} as const;

/** The port on which the balancers listen, on every address: the configured one, or one that hardly anything else has. */
export function balancerPort({ port, settings }: KeepalivedEndpoint): number {
  if (settings.loadBalancerPort !== undefined) return settings.loadBalancerPort;
  return port === DEFAULT_PORT ? DEFAULT_PORT + 1 : DEFAULT_PORT;
}

/** The port on which the balancer of a configuration listens. */
export function portIn(conf: string): number | undefined {
  const digits = /^\s*bind \S*:(\d+)/m.exec(conf)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

const DEFAULT_PORT = 16_443;

/** What has to follow a change of one of our files before it counts; undefined for a file that is none of ours. */
export function effectOf(path: string): 'daemon-reload' | 'reload-balancer' | undefined {
  if (path === PATHS.conf || path === PATHS.redirect) return 'reload-balancer';
  return path === PATHS.unit ? 'daemon-reload' : undefined;
}

/** Every key this backend manages, in the order in which they are created; removals go the other way. */
export const KEYS: readonly ResourceKey[] = [
  keyOf('directory', PATHS.directory),
  keyOf('file', PATHS.unit),
  keyOf('package', PACKAGE),
  keyOf('package', REDIRECT_PACKAGE),
  keyOf('file', PATHS.conf),
  keyOf('file', PATHS.redirect),
  keyOf('service', SERVICE),
];
