import { keyOf, type ResourceKey } from '../../domain/resource.ts';
import { UNIT } from '../../platform/netfilter.ts';

export const PATHS = {
  directory: '/etc/konvoy-ha',
  script: '/etc/konvoy-ha/firewall.sh',
  unit: `/etc/systemd/system/${UNIT}.service`,
} as const;

/** What has to follow a change of one of our files before it counts; undefined for a file that is none of ours. */
export function effectOf(path: string): 'none' | 'daemon-reload' | undefined {
  if (path === PATHS.unit) return 'daemon-reload';
  return path === PATHS.script ? 'none' : undefined;
}

/** Every key this backend manages, in the order in which they are created; removals go the other way. */
export const KEYS: readonly ResourceKey[] = [
  keyOf('directory', PATHS.directory),
  keyOf('file', PATHS.unit),
  keyOf('file', PATHS.script),
  keyOf('opening', 'netfilter'),
];
