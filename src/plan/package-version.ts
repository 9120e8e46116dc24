import { PACKAGE as KEEPALIVED } from '../backends/keepalived/layout.ts';
import type { Diagnostic } from '../domain/error.ts';
import type { KeepalivedEndpoint } from '../domain/intent.ts';
import { keyOf } from '../domain/resource.ts';
import type { HostSnapshot } from './snapshot.ts';

/** The version of keepalived's package that a host shall have; undefined: whichever is there. */
export function pinnedVersion(snapshot: HostSnapshot, { settings }: KeepalivedEndpoint): string | undefined {
  switch (settings.packageVersion) {
    case 'present':
      return undefined;
    case 'latest':
      return snapshot.facts.offers.get(KEEPALIVED)?.candidate ?? installedVersion(snapshot, KEEPALIVED);
    default:
      return settings.packageVersion;
  }
}

/** Says on which hosts that version is not to be had, with those that are. */
export function refuseVersion(
  snapshots: readonly HostSnapshot[],
  endpoint: KeepalivedEndpoint,
): readonly Diagnostic[] {
  const { packageVersion, sources } = endpoint.settings;
  return snapshots.flatMap((snapshot): readonly Diagnostic[] => {
    const { candidate, versions = [] } = snapshot.facts.offers.get(KEEPALIVED) ?? {};
    const installed = installedVersion(snapshot, KEEPALIVED);
    const isThere =
      packageVersion === 'latest'
        ? (candidate ?? installed) !== undefined
        : [installed, ...versions].includes(packageVersion);
    if (packageVersion === 'present' || isThere) return [];
    const wanted = packageVersion === 'latest' ? KEEPALIVED : `${KEEPALIVED} ${packageVersion}`;
    const span = sources.packageVersion?.span;
    return [
      {
        severity: 'error',
        host: snapshot.intent.name,
        message: `${wanted} is not to be had here: its package lists have ${versions.length === 0 ? 'none' : versions.join(', ')}`,
        hints: ['fetch its lists anew, or ask for a version that it has'],
        ...(span === undefined ? {} : { span }),
      },
    ];
  });
}

/**
 * The version of the program that a package has, or would have when it is installed, without the epoch and the revision
 * of the distribution: `2.2.9` of `1:2.2.9-2+deb11u6`.
 */
export function programVersion(snapshot: HostSnapshot, name: string): string | undefined {
  const version = installedVersion(snapshot, name) ?? snapshot.facts.offers.get(name)?.candidate;
  return version?.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
}

function installedVersion({ observed }: HostSnapshot, name: string): string | undefined {
  const seen = observed.get(keyOf('package', name));
  return seen?.status === 'present' && seen.resource.kind === 'package' ? seen.resource.version : undefined;
}
