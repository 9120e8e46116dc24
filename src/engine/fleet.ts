import { KonvoyError } from '../domain/error.ts';
import type { HostIntent } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { Session } from '../transport/transport.ts';
import { forEachHost } from './hosts.ts';
import type { World } from './world.ts';

/** The connections of one run; disposing it closes them, which also frees every lock. */
export interface Fleet extends AsyncDisposable {
  readonly sessions: ReadonlyMap<HostName, Session>;
  readonly failures: ReadonlyMap<HostName, unknown>;
}

/** Connects to all hosts in parallel. A host that cannot be reached is a failure in the result, reported, not thrown. */
export async function connectFleet(world: World, hosts: readonly HostIntent[]): Promise<Fleet> {
  const targets = new Map(hosts.map((host) => [host.name, host.target]));
  const outcomes = await forEachHost([...targets.keys()], world.forks, async (host) => {
    world.report({ type: 'host-step', host, step: 'connecting' });
    const target = targets.get(host);
    if (target === undefined) throw new Error(`no target for ${host}`);
    return world.transport.connect(target, world.signal);
  });
  const sessions = new Map<HostName, Session>();
  const failures = new Map<HostName, unknown>();
  for (const outcome of outcomes) {
    if (outcome.status === 'ok') sessions.set(outcome.host, outcome.value);
    else failures.set(outcome.host, outcome.error);
  }
  return {
    sessions,
    failures,
    async [Symbol.asyncDispose]() {
      await forEachHost([...sessions.keys()], world.forks, async (host) =>
        sessions.get(host)?.[Symbol.asyncDispose](),
      );
    },
  };
}

/** Reports every failure, in host order, and returns the first as the error of the run. */
export function reportFailures(
  world: World,
  failures: ReadonlyMap<HostName, unknown>,
): KonvoyError | undefined {
  // What an interrupt cut short is no failure of a host.
  world.signal.throwIfAborted();
  const known = [...failures].map(([host, error]) => {
    // A bug stays a bug: only what has a code is a host's failure.
    if (!(error instanceof KonvoyError)) throw error;
    world.report({ type: 'host-failed', host, code: error.code, message: error.message, hints: error.hints });
    return error;
  });
  return known[0];
}
