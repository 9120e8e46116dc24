import type { CommandResult, Mutation, Probe } from '../domain/command.ts';
import type { Observation, Resource } from '../domain/resource.ts';
import type { Platform } from '../platform/platform.ts';

/** Everything konvoy-ha knows about one kind of resource. */
export interface Handler<R extends Resource> {
  /** Asks for the resource of this name (or path). */
  probe(name: string, platform: Platform): Probe;
  parse(name: string, result: CommandResult, platform: Platform): Observation;
  /** True when nothing has to be done; what is never wanted in particular is not compared. */
  isSame(wanted: R, observed: R): boolean;
  /** What brings `observed` to `wanted`; `undefined` on either side means that it is not (to be) there. */
  converge(wanted: R | undefined, observed: R | undefined, platform: Platform): readonly Mutation[];
  /**
   * What brings back `before` (`undefined`: nothing was there) from whatever is there now, unseen, and can be repeated.
   * `after` is what the run wanted instead. Only a dead-man needs it: there is nobody to look for it.
   */
  restore(before: R | undefined, after: R | undefined, platform: Platform): readonly Mutation[];
}

export const ABSENT: Observation = { status: 'absent' };

export function present(resource: Resource): Observation {
  return { status: 'present', resource };
}
