import { KonvoyError } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import type { Session } from '../transport/transport.ts';
import type { DeadMen } from './dead-men.ts';
import type { Execution } from './execute.ts';
import { forEachHost } from './hosts.ts';
import type { Proposal } from './propose.ts';
import type { World } from './world.ts';

/** All hosts are armed before anything is changed on any of them. */
export async function armAll(
  world: World,
  run: Pick<Execution, 'sessions' | 'deadMen' | 'onTouch'>,
): Promise<void> {
  const outcomes = await forEachHost(run.deadMen.hosts, world.forks, async (host) => {
    const session = run.sessions.get(host);
    if (session === undefined) throw new Error(`no session on ${host}`);
    world.report({ type: 'host-step', host, step: 'arming the dead-man' });
    run.onTouch(host);
    await run.deadMen.arm(session);
  });
  for (const outcome of outcomes) if (outcome.status === 'failed') throw outcome.error;
  world.signal.throwIfAborted();
}

/**
 * Disarms every host over a connection of its own: that hosts can still be reached is what has to be proven. None is
 * disarmed before each has shown that it can be.
 */
export async function confirmAll(world: World, proposal: Proposal, deadMen: DeadMen): Promise<void> {
  const hosts = deadMen.armed;
  if (hosts.length === 0) return;
  world.report({ type: 'run-step', step: 'confirming over new connections' });
  const fresh = new Map<HostName, Session>();
  try {
    await onAll(world, hosts, async (host) => {
      const session = await connectAnew(world, proposal, host);
      fresh.set(host, session);
      await deadMen.fence(session);
    });
    world.signal.throwIfAborted();
    await onAll(world, hosts, async (host) => {
      const session = fresh.get(host);
      if (session !== undefined) await deadMen.disarm(session);
    });
  } finally {
    await forEachHost([...fresh.keys()], world.forks, async (host) =>
      fresh.get(host)?.[Symbol.asyncDispose](),
    );
  }
}

/** Waits for all, and throws the first failure. */
async function onAll(
  world: World,
  hosts: readonly HostName[],
  work: (host: HostName) => Promise<void>,
): Promise<void> {
  const outcomes = await forEachHost(hosts, world.forks, work);
  for (const outcome of outcomes) if (outcome.status === 'failed') throw outcome.error;
}

async function connectAnew(world: World, { snapshots }: Proposal, host: HostName): Promise<Session> {
  const target = snapshots.find(({ intent }) => intent.name === host)?.intent.target;
  if (target === undefined) throw new Error(`no target for ${host}`);
  try {
    return await world.transport.connect(target, world.signal);
  } catch (cause) {
    if (!(cause instanceof KonvoyError) || cause.code === 'interrupted') throw cause;
    throw new KonvoyError(`${host} lets nobody in any more: ${cause.message}`, {
      code: 'step-failed',
      host,
      hints: cause.hints,
      cause,
    });
  }
}
