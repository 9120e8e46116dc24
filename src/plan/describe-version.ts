import { knownFaults, OLDEST_TRIED, type Fault } from '../backends/keepalived/faults.ts';
import { PACKAGE } from '../backends/keepalived/layout.ts';
import { isAtLeast, releaseOf } from '../backends/keepalived/version.ts';
import { keyOf } from '../domain/resource.ts';
import type { Check } from '../domain/verdict.ts';
import { programVersion } from './package-version.ts';
import type { HostSnapshot } from './snapshot.ts';

/** What `check` says of the keepalived of a host, or of the one that it would get, reading `conf`. */
export function describeVersion(snapshot: HostSnapshot, conf: string): readonly Check[] {
  const { keepalived } = snapshot.facts;
  const host = snapshot.intent.name;
  const name = 'keepalived-version';
  const version = keepalived.version ?? programVersion(snapshot, PACKAGE);
  if (version === undefined) {
    const evidence = 'not installed, and its package manager knows of none yet';
    return [{ name, host, status: 'skipped', evidence }];
  }
  const release = releaseOf(version);
  const shown = keepalived.version ?? `${version}, to be installed`;
  const { hurting, idle } = knownFaults(version, packageVersion(snapshot) ?? version, conf);
  const warn = (evidence: string, hint: string): Check => ({ name, host, status: 'warn', evidence, hint });
  const warnings = [
    ...(release === undefined || isAtLeast(release, OLDEST_TRIED)
      ? []
      : [
          warn(
            `${shown}: older than all that konvoy-ha was tried with`,
            `bring it to ${OLDEST_TRIED} or later`,
          ),
        ]),
    ...hurting.map((fault) => warn(`${shown}: ${fault.id}: ${fault.what}`, mendedBy(fault))),
  ];
  if (warnings.length > 0) return warnings;
  const unused = idle.length === 0 ? '' : `; not used: what ${idle.map(({ id }) => id).join(', ')} is about`;
  return [{ name, host, status: 'pass', evidence: `${shown}${unused}` }];
}

function mendedBy({ mended }: Fault): string {
  return `mended in ${mended}; bring it there, or look whether your distribution has mended its package`;
}

function packageVersion({ observed, facts }: HostSnapshot): string | undefined {
  const seen = observed.get(keyOf('package', PACKAGE));
  if (seen?.status === 'present' && seen.resource.kind === 'package') return seen.resource.version;
  return facts.offers.get(PACKAGE)?.candidate;
}
