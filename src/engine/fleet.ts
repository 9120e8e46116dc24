import { KonvoyError } from '../domain/error.ts';
import type { HostIntent } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { Target } from '../domain/target.ts';
import type { Reader, Session } from '../transport/transport.ts';
import { forEachHost } from './hosts.ts';
import type { View, World } from './world.ts';

/** The connections of one run; disposing it closes them, which also frees every lock. */
export interface Fleet extends AsyncDisposable {
  readonly sessions: ReadonlyMap<HostName, Session>;
  readonly failures: ReadonlyMap<HostName, unknown>;
}

/** The same for a command that only looks. */
export interface Readers extends AsyncDisposable {
  readonly readers: ReadonlyMap<HostName, Reader>;
  readonly failures: ReadonlyMap<HostName, unknown>;
}

interface Connections<Connection> {
  readonly connected: ReadonlyMap<HostName, Connection>;
  readonly failures: ReadonlyMap<HostName, unknown>;
  readonly dispose: () => Promise<void>;
}

/** Connects to all hosts in parallel. A host that cannot be reached is a failure in the result, reported, not thrown. */
export async function connectFleet(world: World, hosts: readonly HostIntent[]): Promise<Fleet> {
  const { connected, failures, dispose } = await connectAll(world, hosts, async (target) =>
    world.transport.connect(target, world.signal),
  );
  return { sessions: connected, failures, [Symbol.asyncDispose]: dispose };
}

/** Connects to all hosts in parallel, for looking only. */
export async function connectReaders(view: View, hosts: readonly HostIntent[]): Promise<Readers> {
  const { connected, failures, dispose } = await connectAll(view, hosts, async (target) =>
    view.reach(target, view.signal),
  );
  return { readers: connected, failures, [Symbol.asyncDispose]: dispose };
}

async function connectAll<Connection extends AsyncDisposable>(
  view: View,
  hosts: readonly HostIntent[],
  connect: (target: Target) => Promise<Connection>,
): Promise<Connections<Connection>> {
  const targets = new Map(hosts.map((host) => [host.name, host.target]));
  const outcomes = await forEachHost([...targets.keys()], view.forks, async (host) => {
    view.report({ type: 'host-step', host, step: 'connecting' });
    const target = targets.get(host);
    if (target === undefined) throw new Error(`no target for ${host}`);
    return connect(target);
  });
  const connected = new Map<HostName, Connection>();
  const failures = new Map<HostName, unknown>();
  for (const outcome of outcomes) {
    if (outcome.status === 'ok') connected.set(outcome.host, outcome.value);
    else failures.set(outcome.host, outcome.error);
  }
  return {
    connected,
    failures,
    dispose: async () => {
      await forEachHost([...connected.keys()], view.forks, async (host) =>
        connected.get(host)?.[Symbol.asyncDispose](),
      );
    },
  };
}

/** Reports every failure, in host order, and returns the first as the error of the run. */
export function reportFailures(
  view: View,
  failures: ReadonlyMap<HostName, unknown>,
): KonvoyError | undefined {
  // What an interrupt cut short is no failure of a host.
  view.signal.throwIfAborted();
  const known = [...failures].map(([host, error]) => {
    // A bug stays a bug: only what has a code is a host's failure.
    if (!(error instanceof KonvoyError)) throw error;
    view.report({ type: 'host-failed', host, code: error.code, message: error.message, hints: error.hints });
    return error;
  });
  return known[0];
}
