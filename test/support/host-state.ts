import type { LabHost } from '../../src/lab/host.ts';

/** One line for each thing; lines are comparable between two looks at the same host. */
export type Listing = readonly string[];

/** Where a look at files is to end up: what is compared of each file. */
export interface FileLook {
  readonly below: readonly string[];
  /** Times of the last change of content and of inode, which even an identical rewrite moves. */
  readonly times: boolean;
}

/** Everything that konvoy-ha could have to do with, the files with all their times. */
export const MANAGED: FileLook = {
  below: ['/etc', '/usr/libexec', '/var/lib/konvoy-ha', '/run/konvoy-ha'],
  times: true,
};

/** The same without the times: what is equal after a change and its undoing. Generations only grow. */
export const CONTENT: FileLook = { below: ['/etc', '/usr/libexec'], times: false };

/** Every file of the look with type, mode, owner, target or digest, sorted by path. */
export async function files(host: LabHost, { below, times }: FileLook): Promise<Listing> {
  const format = `%p\\t%y %m %u:%g %l${times ? ' %T@ %C@' : ''}\\n`;
  const listed = await lines(host, LIST, format, ...below);
  const digests = new Map(
    (await lines(host, DIGEST, ...below)).map((line) => [line.slice(66), line.slice(0, 64)] as const),
  );
  return listed.map((line) => `${line} ${digests.get(line.split('\t')[0] ?? '') ?? ''}`).toSorted();
}

/** What systemd says of the life of a service: it differs after every start and restart. */
export async function lifeOf(host: LabHost, service: string): Promise<string> {
  const properties = 'MainPID,ActiveEnterTimestamp,ExecMainStartTimestamp,NRestarts';
  return (await lines(host, 'systemctl show --property="$1" "$2"', properties, service)).join(' ');
}

/** A whole host: all files, those of /etc with their digests, accounts, units, addresses, packages. */
export interface HostState {
  readonly files: Listing;
  readonly users: Listing;
  readonly groups: Listing;
  readonly units: Listing;
  readonly addresses: Listing;
  readonly packages: Listing;
}

export async function hostState(host: LabHost): Promise<HostState> {
  const [listed, settings, users, groups, units, addresses, packages] = await Promise.all([
    lines(host, LIST, '%p\\t%y %m %u:%g %l\\n', '/', '/run'),
    files(host, { below: ['/etc'], times: false }),
    lines(host, 'getent passwd'),
    lines(host, 'getent group'),
    lines(host, 'systemctl list-unit-files --no-legend --no-pager | tr -s " "'),
    // `tentative` is the kernel's own: it is gone when nobody has objected to the address.
    lines(host, 'ip -o address show | sed "s/ tentative//"'),
    lines(host, "dpkg-query -W -f '${Package} ${Version} ${Status}\\n'"),
  ]);
  return {
    files: [...new Set([...listed, ...settings])].toSorted(),
    users,
    groups,
    units: units.toSorted(),
    addresses,
    packages: packages.toSorted(),
  };
}

/** The files that the given packages brought. */
export async function filesOfPackages(
  host: LabHost,
  packages: readonly string[],
): Promise<ReadonlySet<string>> {
  const named = await lines(host, 'dpkg -L "$@" 2>/dev/null || true', ...packages);
  // dpkg names /lib/x what is at /usr/lib/x since the two were merged.
  return new Set(named.flatMap((path) => [path, `/usr${path}`]));
}

/** The lines that only one of two listings has, marked `-` and `+`. */
export function difference(before: Listing, after: Listing): Listing {
  const [old, now] = [new Set(before), new Set(after)];
  return [
    ...before.filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ];
}

async function lines(host: LabHost, script: string, ...parameters: readonly string[]): Promise<Listing> {
  const { exitCode, stdout, stderr } = await host.exec(['sh', '-uc', script, 'sh', ...parameters]);
  if (exitCode !== 0) throw new Error(`${host.name}: ${script} ended with ${exitCode}: ${stderr}`);
  return stdout.split('\n').filter((line) => line !== '');
}

/** A directory that is not there is an empty one; files that go while they are listed are not there. */
const LIST = 'format=$1; shift; find "$@" -xdev -printf "$format" 2>/dev/null; true';
const DIGEST = 'find "$@" -xdev -type f -exec sha256sum {} + 2>/dev/null; true';
