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
  isSame: () => true,
  converge: (wanted, observed, platform) => {
    if (wanted !== undefined) return observed === undefined ? [install(wanted, platform)] : [];
    return observed === undefined ? [] : [platform.packages.remove(observed.name)];
  },
  // As with every undo, what was installed stays; what was removed cannot be had without a network.
  restore: () => [],
};

function install({ name, unused }: PackageResource, { packages, services }: Platform): Mutation {
  const installation = packages.install(name);
  return unused === undefined ? installation : services.keepIdle(unused, installation);
}
