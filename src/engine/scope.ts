import { KonvoyError } from '../domain/error.ts';
import type { HostIntent } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { Reader } from '../transport/transport.ts';
import { reportFailures } from './fleet.ts';
import type { Ear } from './listen.ts';
import type { Scope } from './propose.ts';
import { surveyHosts } from './survey.ts';
import type { View } from './world.ts';

/** Which hosts a command may change; all of them unless `--limit` says otherwise. */
export type Limit = ReadonlySet<HostName>;

/** The hosts that can be asked, and those that could not be reached. */
export interface Reached {
  readonly readers: ReadonlyMap<HostName, Reader>;
  readonly failures: ReadonlyMap<HostName, unknown>;
}

/**
 * Hosts that are to be changed and cannot be reached stop the run before anything changes; the others are left out. With an
 * ear, they listen as well when the plan has to know who else is on the wire.
 */
export async function scopeOf(view: View, limit: Limit, reached: Reached, ear?: Ear): Promise<Scope> {
  const seen = await surveyHosts(view, reached.readers);
  const survey = ear === undefined ? seen : await ear.listenIfNeeded(seen, reached.readers);
  const failures = new Map([...reached.failures, ...survey.failures]);
  reportFailures(view, failures);
  refuseMissing(failures, limit);
  const absent = view.intent.hosts.filter(({ name }) => failures.has(name));
  return { limited: limit, snapshots: survey.snapshots, absent };
}

/** Throws when a host within the limit is among the failures. */
export function refuseMissing(failures: ReadonlyMap<HostName, unknown>, limit: Limit): void {
  const stopping = [...failures].filter(([host]) => limit.has(host));
  const [first] = stopping.map(([, error]) => error);
  if (first instanceof KonvoyError) {
    throw new KonvoyError(
      `${stopping.map(([host]) => host).join(', ')} cannot be used: nothing was changed on any host`,
      {
        code: first.code,
        hints: ['to go on without them, name the others: --limit'],
        cause: first,
      },
    );
  }
}

/** The hosts within a limit, in inventory order. */
export function limitedHosts(view: View, limit: Limit): readonly HostIntent[] {
  return view.intent.hosts.filter((host) => limit.has(host.name));
}
