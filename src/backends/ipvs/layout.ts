import { keyOf, type FileResource, type ResourceKey } from '../../domain/resource.ts';
import { PATHS as KEEPALIVED_PATHS } from '../keepalived/layout.ts';

/** The unit that has the kernel masquerade what IPVS sends to the API servers; keepalived itself tells IPVS of them. */
export const SERVICE = 'konvoy-ha-ipvs';

/** `nft`, which loads the masquerade. */
export const PACKAGE = 'nftables';

/** The table of nft that holds the masquerade and nothing else. */
export const TABLE = 'konvoy_ha_ipvs';

/** The scheduler: connections to an API server live long, so what counts is how many each has. */
export const SCHEDULER = 'lc';

/** IPVS itself, and its scheduler. */
export const MODULES = ['ip_vs', `ip_vs_${SCHEDULER}`] as const;

/**
 * Answers to other hosts come back through this one; IPVS leaves a trace that the masquerade can follow; and what was
 * connected to a server that is gone is told so instead of waiting (kernel: Documentation/networking/ipvs-sysctl.rst).
 */
export const SYSCTLS = [
  'net.ipv4.ip_forward',
  'net.ipv4.vs.conntrack',
  'net.ipv4.vs.expire_nodest_conn',
] as const;

export const PATHS = {
  directory: '/etc/konvoy-ha',
  masquerade: '/etc/konvoy-ha/masquerade.nft',
  modules: '/etc/modules-load.d/konvoy-ha.conf',
  sysctls: '/etc/sysctl.d/90-konvoy-ha.conf',
  server: `${KEEPALIVED_PATHS.scripts}/konvoy-ha-server`,
  unit: `/etc/systemd/system/${SERVICE}.service`,
} as const;

/** What has to follow a change of one of our files before it counts; undefined for a file that is none of ours. */
export function effectOf(path: string): FileResource['effect'] | undefined {
  if (path === PATHS.masquerade) return 'reload-masquerade';
  if (path === PATHS.unit) return 'daemon-reload';
  const others: readonly string[] = [PATHS.modules, PATHS.sysctls, PATHS.server];
  return others.includes(path) ? 'none' : undefined;
}

/** Every key this backend manages, in the order in which they are created; removals go the other way. */
export const KEYS: readonly ResourceKey[] = [
  keyOf('directory', PATHS.directory),
  keyOf('file', PATHS.server),
  keyOf('file', PATHS.modules),
  keyOf('file', PATHS.sysctls),
  ...MODULES.map((name) => keyOf('module', name)),
  ...SYSCTLS.map((name) => keyOf('sysctl', name)),
  keyOf('file', PATHS.unit),
  keyOf('package', PACKAGE),
  keyOf('file', PATHS.masquerade),
  keyOf('service', SERVICE),
];
