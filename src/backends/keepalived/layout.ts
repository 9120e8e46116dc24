import { keyOf, type ResourceKey } from '../../domain/resource.ts';

/** The account that the check scripts run as: no login, no keys, no root. keepalived's own default name. */
export const SCRIPT_USER = 'keepalived_script';

/** The one virtual router, as keepalived names it. */
export const INSTANCE = 'konvoy_ha_api';

/** Below /run: the VRRP state that the notify script keeps, and the lock. */
export const RUNTIME_DIRECTORY = 'konvoy-ha';

/** The first words of every file we write. */
export const MARK = 'managed by konvoy-ha';

/** How far a host that is not ready falls: further than the whole spread of priorities, or it would stay active. */
export const READY_WEIGHT = 60;

export const SERVICE = 'keepalived';
export const PACKAGE = 'keepalived';

/**
 * Scripts live where RHEL's SELinux policy lets keepalived run them unconfined
 * (keepalived_unconfined_script_exec_t); every directory of the path is root's, as script security demands.
 */
export const PATHS = {
  conf: '/etc/keepalived/keepalived.conf',
  /** What of a configuration that we took over is none of ours. */
  kept: '/etc/keepalived/konvoy-ha-kept.conf',
  scripts: '/usr/libexec/keepalived',
  live: '/usr/libexec/keepalived/konvoy-ha-live',
  ready: '/usr/libexec/keepalived/konvoy-ha-ready',
  notify: '/usr/libexec/keepalived/konvoy-ha-notify',
  dropInDirectory: '/etc/systemd/system/keepalived.service.d',
  dropIn: '/etc/systemd/system/keepalived.service.d/10-konvoy-ha.conf',
  state: `/run/${RUNTIME_DIRECTORY}/state`,
  /** While it is there, the host counts as not ready, also after it was restarted: `konvoy-ha drain` makes it. */
  drained: '/etc/keepalived/konvoy-ha-drained',
  /** The same until the host is restarted, made by a run that is about to restart keepalived here. */
  handover: `/run/${RUNTIME_DIRECTORY}/handover`,
} as const;

/** What has to follow a change of one of our files before it counts. */
export function effectOf(path: string): 'none' | 'daemon-reload' | 'reload' {
  if (path === PATHS.conf) return 'reload';
  return path === PATHS.dropIn ? 'daemon-reload' : 'none';
}

/** Every key this backend manages, in the order in which they are created; removals go the other way. */
export const KEYS: readonly ResourceKey[] = [
  keyOf('user', SCRIPT_USER),
  keyOf('directory', PATHS.scripts),
  keyOf('file', PATHS.live),
  keyOf('file', PATHS.ready),
  keyOf('file', PATHS.notify),
  keyOf('directory', PATHS.dropInDirectory),
  keyOf('file', PATHS.dropIn),
  keyOf('package', PACKAGE),
  keyOf('file', PATHS.conf),
  keyOf('service', SERVICE),
];
