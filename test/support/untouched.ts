import { setTimeout as sleep } from 'node:timers/promises';
import type { LabHost } from '../../src/lab/host.ts';

/** Everything that konvoy-ha, a package manager or an account tool could write on a host. */
const WATCHED = [
  '/etc',
  '/usr',
  '/var/lib/dpkg',
  '/var/lib/apt',
  '/var/lib/konvoy-ha',
  '/var/cache/apt',
  '/run/lock',
  '/run/konvoy-ha',
];
const MARK = '/run/untouched-since';

/**
 * Watches hosts for changes from now on. The returned function lists whatever was created, written, renamed, removed
 * (its directory tells) or given another mode or owner since, as `host: path`: by the inode's ctime, which nothing fakes.
 */
export async function watchForChanges(hosts: readonly LabHost[]): Promise<() => Promise<readonly string[]>> {
  await Promise.all(hosts.map(async (host) => host.exec(['touch', MARK])));
  // The kernel stamps inodes with the time of the last tick.
  await sleep(20);
  return async () => {
    const seen = await Promise.all(
      hosts.map(async (host) => {
        const found = await host.exec(['find', ...WATCHED, '-cnewer', MARK]);
        return found.stdout.split('\n').flatMap((path) => (path === '' ? [] : [`${host.name}: ${path}`]));
      }),
    );
    return seen.flat();
  };
}
