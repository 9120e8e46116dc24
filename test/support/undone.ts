import { difference, files, type FileLook, type Listing } from './host-state.ts';
import type { LabCluster } from './lab-cluster.ts';
import type { VipUse } from './vip-client.ts';

/** All that konvoy-ha could leave behind for good, with the digests of files and without their times. */
const LASTING: FileLook = { below: ['/etc', '/usr/libexec', '/var/lib/konvoy-ha'], times: false };

/** What a cluster is on disk and in its services, one line for each thing, each with its host's name. */
export async function lastingState(cluster: LabCluster): Promise<Listing> {
  const hosts = await Promise.all(
    cluster.hosts.map(async (host) => {
      const listed = await files(host, LASTING);
      const service = await cluster.script(
        host,
        'systemctl is-enabled keepalived 2>/dev/null | grep -x enabled || echo disabled; systemctl is-active keepalived || true',
      );
      return [...listed, service.replace('\n', ' ')].map((line) => `${host.name}: ${line}`);
    }),
  );
  return hosts.flat();
}

/** What is another than it was; empty when everything is byte for byte as before. */
export async function changesSince(before: Listing, cluster: LabCluster): Promise<Listing> {
  return difference(before, await lastingState(cluster));
}

/** Temporary files, candidates, half-written generations, locks and dead-men on all hosts. */
export async function leftovers(cluster: LabCluster): Promise<Listing> {
  const found = await Promise.all(
    cluster.hosts.map(async (host) => {
      const paths = await cluster.script(host, FIND_LEFTOVERS);
      return paths.split('\n').flatMap((path) => (path === '' ? [] : [`${host.name}: ${path}`]));
    }),
  );
  return found.flat();
}

/** The hosts whose lock is held by a process that lives. */
export async function lockedHosts(cluster: LabCluster): Promise<Listing> {
  const held = await Promise.all(
    cluster.hosts.map(async (host) => ((await cluster.script(host, TRY_LOCK)) === 'held' ? [host.name] : [])),
  );
  return held.flat();
}

/** The requests that no host took; connections that a move of the VIP cut are not among them. */
export function untaken(use: VipUse): Listing {
  return use.losses.filter((loss) => !loss.includes(' cut: '));
}

const FIND_LEFTOVERS = `find / /run -xdev \\( -name '.konvoy-ha.*' -o -name '*.konvoy-ha-new' -o -name 'konvoy-ha.lock*' -o -name 'konvoy-ha*dead-man*' -o -name 'konvoy-ha.*.deadline*' \\) 2>/dev/null || true
find /var/lib/konvoy-ha \\( -path '*/generations/.*' -o -name armed -o -name undoing \\) 2>/dev/null || true`;

const TRY_LOCK = `[ -e /run/konvoy-ha.lock ] || exit 0
# Opened to be read: flock(1) by a name makes a file that has just gone.
( flock -n 9 9</run/konvoy-ha.lock ) || [ ! -e /run/konvoy-ha.lock ] || echo held`;
