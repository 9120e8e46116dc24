import type { Mutation } from '../domain/command.ts';
import type { PackageResource } from '../domain/resource.ts';
import type { Platform } from '../platform/platform.ts';
import { ABSENT, present, type Handler } from './handler.ts';

export const packageHandler: Handler<PackageResource> = {
  probe: (name, platform) => platform.packages.query(name),
  parse: (name, result, platform) => {
    const version = platform.packages.parseQuery(result);
    return version === undefined ? ABSENT : present({ kind: 'package', name, version });
  },
  isSame: ({ pinned }, { version }) => pinned === undefined || pinned === version,
  converge: (wanted, observed, platform) => {
    if (wanted === undefined) return observed === undefined ? [] : [platform.packages.remove(observed.name)];
    if (observed === undefined) return [install(wanted, platform)];
    return packageHandler.isSame(wanted, observed) ? [] : [replace(wanted, platform)];
  },
  // As with every undo, what was installed stays; what was removed cannot be had without a network.
  restore: (before, after, platform) => {
    if (before?.version === undefined || after?.pinned === undefined) return [];
    return [letRun(before, platform.packages.putBack(before.name, before.version), platform)];
  },
};

function install(wanted: PackageResource, platform: Platform): Mutation {
  const { packages, services } = platform;
  const { name, unused, pinned, version } = wanted;
  const installation = pinned === undefined ? packages.install(name) : packages.installVersion(name, pinned);
  // What was there and could not be replaced counts as absent; its service runs on.
  if (version !== undefined) return letRun(wanted, installation, platform);
  return unused === undefined ? installation : services.keepIdle(unused, installation);
}

function replace(wanted: PackageResource, platform: Platform): Mutation {
  const { name, pinned = '' } = wanted;
  return letRun(wanted, platform.packages.installVersion(name, pinned), platform);
}

/** Its service is restarted when it is the host's turn, and not by what installs it. */
function letRun({ runs }: PackageResource, installation: Mutation, { services }: Platform): Mutation {
  return runs === undefined ? installation : services.keepRunning(runs, installation);
}
