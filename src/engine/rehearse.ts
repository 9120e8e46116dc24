import { familyOf } from '../domain/address.ts';
import { mutate, mutateScript, probeScript, type Mutation } from '../domain/command.ts';
import { KonvoyError } from '../domain/error.ts';
import type { HostName, InterfaceName } from '../domain/names.ts';
import type { Rehearsal } from '../domain/rehearsal.ts';
import type { Check } from '../domain/verdict.ts';
import { holdsAddress } from '../facts/network.ts';
import { vipInterface } from '../plan/interface.ts';
import { judgeRehearsals } from '../plan/rehearsal.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import type { Session } from '../transport/transport.ts';
import { connectFleet, reportFailures } from './fleet.ts';
import { platformOf } from './gather.ts';
import { forEachHost } from './hosts.ts';
import { lockHosts } from './lock.ts';
import { armRestoration, disarmRestoration } from './restoration.ts';
import { refuseMissing, type Limit } from './scope.ts';
import { alter } from './step-failure.ts';
import { surveyHosts } from './survey.ts';
import type { World } from './world.ts';

/**
 * `check --rehearse`: gives the VIP to one host after the other for a moment and asks for it from all others, before anything is
 * installed. What hypervisors, clouds and switches forbid shows now. Nothing is done while anybody has the VIP.
 */
export async function rehearseCommand(world: World, limit: Limit): Promise<void> {
  await using fleet = await connectFleet(world, world.intent.hosts);
  await lockHosts(world, fleet.sessions, { command: 'check --rehearse' });
  const survey = await surveyHosts(world, fleet.sessions);
  const failures = new Map([...fleet.failures, ...survey.failures]);
  reportFailures(world, failures);
  refuseMissing(failures, limit);
  const checks = isTaken(world, survey.snapshots)
    ? [inUse(world)]
    : judgeRehearsals(world.endpoint.vip, await rehearseAll(world, limit, { ...survey, ...fleet }));
  world.report({ type: 'checks', checks });
  if (checks.every(({ status }) => status !== 'fail')) return;
  throw new KonvoyError('the VIP would not be reached everywhere', { code: 'verification-failed' });
}

interface Cast {
  readonly snapshots: readonly HostSnapshot[];
  readonly sessions: ReadonlyMap<HostName, Session>;
}

async function rehearseAll(world: World, limit: Limit, cast: Cast): Promise<readonly Rehearsal[]> {
  const rehearsals: Rehearsal[] = [];
  for (const snapshot of cast.snapshots) {
    const { name } = snapshot.intent;
    if (!limit.has(name)) continue;
    world.signal.throwIfAborted();
    world.report({ type: 'run-step', step: `rehearsing with the VIP on ${name}` });
    const rehearsal = await rehearse(world, snapshot, { ...cast, isFirst: rehearsals.length === 0 });
    if (rehearsal !== undefined) rehearsals.push(rehearsal);
  }
  return rehearsals;
}

/** A host without an interface for the VIP has been refused by the checks before. */
async function rehearse(
  world: World,
  snapshot: HostSnapshot,
  { snapshots, sessions, isFirst }: Cast & { readonly isFirst: boolean },
): Promise<Rehearsal | undefined> {
  const { vip } = world.endpoint;
  const session = sessions.get(snapshot.intent.name);
  const own = vipInterface(snapshot.facts.network, vip, snapshot.intent.interface);
  if (session === undefined || !own.ok) return undefined;
  const platform = platformOf(snapshot);
  const prefix = `${vip}/${familyOf(vip) === 4 ? 32 : 128}`;
  const device = own.value.interface;
  const removal = [mutateScript(REMOVE, prefix, device)];
  await alter(session, 'arming the removal of the VIP', [
    ...armRestoration(world.runId, removal, { platform, seconds: REMOVED_AFTER_S }),
  ]);
  try {
    await alter(session, 'adding the VIP', [mutateScript(ADD, prefix, device)]);
    const others = snapshots.filter((other) => other !== snapshot);
    const peers = await askFrom(world, others, sessions);
    // Later on, this machine or a router would still know the host before.
    return { host: snapshot.intent.name, peers, ...(isFirst ? { here: await askFromHere(world) } : {}) };
  } finally {
    await alter(session, 'removing the VIP', removal);
    await alter(session, 'calling off its removal', disarmRestoration(world.runId, platform));
  }
}

async function askFrom(
  { endpoint: { vip }, intent }: World,
  snapshots: readonly HostSnapshot[],
  sessions: ReadonlyMap<HostName, Session>,
): Promise<Rehearsal['peers']> {
  const outcomes = await forEachHost(
    snapshots.map((snapshot) => snapshot.intent.name),
    intent.hosts.length,
    async (host) => {
      const snapshot = snapshots.find((candidate) => candidate.intent.name === host);
      const session = sessions.get(host);
      if (snapshot === undefined || session === undefined) throw new Error(`no way to ask from ${host}`);
      const own = vipInterface(snapshot.facts.network, vip, snapshot.intent.interface);
      if (own.ok) await session.mutate([forget(vip, own.value.interface)]);
      const [result] = await session.probe([probeScript(REACHES, vip)]);
      return result?.exitCode === 0;
    },
  );
  return outcomes.map((outcome) => {
    if (outcome.status === 'failed') throw outcome.error;
    return { host: outcome.host, reached: outcome.value };
  });
}

/** Whoever had the VIP in the rehearsal before has it no more. */
function forget(vip: string, device: InterfaceName): Mutation {
  return mutate('ip', 'neigh', 'flush', 'to', vip, 'dev', device);
}

/** No API server has to be there: a host that refuses was reached. */
async function askFromHere({ endpoint, prober, signal }: World): Promise<NonNullable<Rehearsal['here']>> {
  const { vip, port, settings } = endpoint;
  const request = { host: vip, port, path: settings.healthCheck.path, timeoutMs: ASK_MS };
  const answer = await prober.ask(request, signal);
  const reached = answer.outcome !== 'timeout' && answer.outcome !== 'unreachable';
  return { reached, words: answer.outcome === 'answered' ? 'answered' : answer.detail };
}

function isTaken({ endpoint }: World, snapshots: readonly HostSnapshot[]): boolean {
  return snapshots.some(
    ({ facts }) => holdsAddress(facts.network, endpoint.vip) || facts.network.neighbours.has(endpoint.vip),
  );
}

function inUse({ endpoint }: World): Check {
  const evidence = `${endpoint.vip} is in use: a rehearsal would take it away from whoever has it`;
  return {
    name: 'rehearsal',
    status: 'skipped',
    evidence,
    hint: 'konvoy-ha verify asks for it from everywhere',
  };
}

/** Beyond what a rehearsal takes, for a run that is cut off. */
const REMOVED_AFTER_S = 30;
const ASK_MS = 3000;

// Without the test for duplicates, which would take a second, and which the checks before have made.
const ADD = `case $1 in *:*) ip address add "$1" dev "$2" nodad ;; *) ip address add "$1" dev "$2" ;; esac`;

const REMOVE = 'ip address del "$1" dev "$2" 2>/dev/null; true';

/** The first packet may be lost while nobody knows the way. */
const REACHES = `LC_ALL=C ping -n -c 1 -W 1 "$1" >/dev/null 2>&1 || ping -n -c 2 -W 1 "$1" >/dev/null 2>&1`;
