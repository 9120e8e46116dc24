import { PACKAGE, PATHS } from '../backends/keepalived/layout.ts';
import { lintConfiguration } from '../backends/keepalived/lint/lint.ts';
import { earliest, releaseOf, type Release } from '../backends/keepalived/version.ts';
import type { Diagnostic } from '../domain/error.ts';
import type { KeepalivedEndpoint } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { HostRouter } from '../domain/plan.ts';
import { keyOf, type Wanted } from '../domain/resource.ts';
import { pinnedVersion, programVersion } from './package-version.ts';
import { prioritySpread } from './priority.ts';
import type { HostSnapshot } from './snapshot.ts';

/** What would hurt in the keepalived.conf of each host, as it would be written; what several have in common is said once. */
export function lintWanted(
  routers: ReadonlyMap<HostName, HostRouter>,
  wanted: ReadonlyMap<HostName, Wanted>,
  {
    snapshots,
    endpoint,
  }: { readonly snapshots: readonly HostSnapshot[]; readonly endpoint: KeepalivedEndpoint },
): readonly Diagnostic[] {
  const releases = new Map(
    snapshots.map((snapshot) => [snapshot.intent.name, releaseFor(snapshot, endpoint)]),
  );
  const known = [...routers.keys()].flatMap((host) => [releases.get(host)].filter(isKnown));
  const oldestRelease = known.length === routers.size ? earliest(known) : undefined;
  const { advertIntervalMs, mode, additionalVips } = endpoint.settings;
  const shared = {
    vip: endpoint.vip,
    prioritySpread: prioritySpread([...routers.values()].map(({ priority }) => priority)),
    ...{ advertIntervalMs, mode, additionalVips },
    ...(oldestRelease === undefined ? {} : { oldestRelease }),
  };
  return together(
    [...routers].flatMap(([host, router]) => {
      const text = wantedConf(wanted.get(host));
      const release = releases.get(host);
      if (text === undefined) return [];
      return lintConfiguration(text, { ...shared, router, ...(release === undefined ? {} : { release }) });
    }),
  );
}

/** The keepalived.conf that a host shall have. */
export function wantedConf(wanted: Wanted | undefined): string | undefined {
  const file = wanted?.get(keyOf('file', PATHS.conf));
  return file?.kind === 'file' ? new TextDecoder().decode(file.content) : undefined;
}

/** The keepalived that will read it: the one that is asked for, else what is installed, else what an installation would bring. */
function releaseFor(snapshot: HostSnapshot, endpoint: KeepalivedEndpoint): Release | undefined {
  const { version } = snapshot.facts.keepalived;
  return releaseOf(pinnedVersion(snapshot, endpoint) ?? version ?? programVersion(snapshot, PACKAGE) ?? '');
}

/** A template that is wrong is wrong on all hosts: one of them is enough to show where. */
function together(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const same = new Map<string, Diagnostic[]>();
  for (const diagnostic of diagnostics) {
    const { severity, message, span } = diagnostic;
    const what = [severity, message, span?.line, span?.text].join('\n');
    same.set(what, [...(same.get(what) ?? []), diagnostic]);
  }
  return [...same.values()].flatMap((group) => {
    const [first, ...others] = group;
    if (first === undefined) return [];
    if (others.length === 0) return [first];
    const hosts = others.flatMap(({ host }) => host ?? []).join(', ');
    return [{ ...first, hints: [...first.hints, `the same on ${hosts}`] }];
  });
}

function isKnown(release: Release | undefined): release is Release {
  return release !== undefined;
}
