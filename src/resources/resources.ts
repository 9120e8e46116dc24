import type { CommandResult, Mutation, Probe } from '../domain/command.ts';
import type { Observation, Resource, ResourceKey } from '../domain/resource.ts';
import type { Platform } from '../platform/platform.ts';
import { addressHandler } from './address.ts';
import { directoryHandler } from './directory.ts';
import { fileHandler } from './file.ts';
import type { Handler } from './handler.ts';
import { openingHandler } from './opening.ts';
import { packageHandler } from './package.ts';
import { serviceHandler } from './service.ts';
import { userHandler } from './user.ts';

type Handlers = { readonly [K in Resource['kind']]: Handler<Extract<Resource, { kind: K }>> };

const HANDLERS: Handlers = {
  package: packageHandler,
  user: userHandler,
  directory: directoryHandler,
  file: fileHandler,
  service: serviceHandler,
  address: addressHandler,
  opening: openingHandler,
};

/** The probe that observes what stands under a key. */
export function probeOf(key: ResourceKey, platform: Platform): Probe {
  const { kind, name } = splitKey(key);
  return HANDLERS[kind].probe(name, platform);
}

export function observationOf(key: ResourceKey, result: CommandResult, platform: Platform): Observation {
  const { kind, name } = splitKey(key);
  return HANDLERS[kind].parse(name, result, platform);
}

/** True when the wanted resource is what was observed. Resources of different kinds are never the same. */
export function isSame(wanted: Resource, observed: Resource): boolean {
  return withHandler(
    wanted,
    observed,
    (handler, both) => both.observed !== undefined && handler.isSame(both.wanted, both.observed),
  );
}

/** The mutations that bring one resource from what was observed to what is wanted. */
export function converge(
  wanted: Resource | undefined,
  observed: Resource | undefined,
  platform: Platform,
): readonly Mutation[] {
  if (wanted !== undefined) {
    return withHandler(wanted, observed, (handler, both) =>
      handler.converge(both.wanted, both.observed, platform),
    );
  }
  if (observed === undefined) return [];
  return withHandler(observed, undefined, (handler, both) =>
    handler.converge(undefined, both.wanted, platform),
  );
}

/**
 * The mutations that bring back what was there before a run, in any order and as often as it takes: they know what the
 * run wanted instead (`after`), and not how far it came.
 */
export function restore(
  before: Resource | undefined,
  after: Resource | undefined,
  platform: Platform,
): readonly Mutation[] {
  if (before !== undefined) {
    return withHandler(before, after, (handler, both) =>
      handler.restore(both.wanted, both.observed, platform),
    );
  }
  if (after === undefined) return [];
  return withHandler(after, undefined, (handler, both) => handler.restore(undefined, both.wanted, platform));
}

function withHandler<T>(
  resource: Resource,
  other: Resource | undefined,
  use: <R extends Resource>(handler: Handler<R>, both: { wanted: R; observed: R | undefined }) => T,
): T {
  switch (resource.kind) {
    case 'package':
      return use(HANDLERS.package, {
        wanted: resource,
        observed: other?.kind === 'package' ? other : undefined,
      });
    case 'user':
      return use(HANDLERS.user, { wanted: resource, observed: other?.kind === 'user' ? other : undefined });
    case 'directory':
      return use(HANDLERS.directory, {
        wanted: resource,
        observed: other?.kind === 'directory' ? other : undefined,
      });
    case 'file':
      return use(HANDLERS.file, { wanted: resource, observed: other?.kind === 'file' ? other : undefined });
    case 'service':
      return use(HANDLERS.service, {
        wanted: resource,
        observed: other?.kind === 'service' ? other : undefined,
      });
    case 'address':
      return use(HANDLERS.address, {
        wanted: resource,
        observed: other?.kind === 'address' ? other : undefined,
      });
    case 'opening':
      return use(HANDLERS.opening, {
        wanted: resource,
        observed: other?.kind === 'opening' ? other : undefined,
      });
  }
}

function splitKey(key: ResourceKey): { kind: Resource['kind']; name: string } {
  const at = key.indexOf(':');
  // Keys are only made by `keyOf`, from a kind and a name.
  return { kind: key.slice(0, at) as Resource['kind'], name: key.slice(at + 1) };
}
