import { MARK } from '../backends/keepalived/layout.ts';
import { stdoutOf } from '../domain/command.ts';
import type { BeforeEntry, Generation } from '../domain/generation.ts';
import type { HostName } from '../domain/names.ts';
import { resourceKey, type Observation, type Observed, type Resource } from '../domain/resource.ts';
import type { Platform } from '../platform/platform.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import { observationOf, probeOf } from '../resources/resources.ts';
import type { Reader, Session } from '../transport/transport.ts';
import { platformOf } from './gather.ts';
import { forgetCluster, recordGeneration, withdrawGeneration } from './generations.ts';
import { forEachHost } from './hosts.ts';
import { nextNumber, type Proposal } from './propose.ts';
import { stepFailure } from './step-failure.ts';
import type { World } from './world.ts';

/** Leaves a generation on every host of the plan, under one number, and returns the number. */
export async function record(
  world: World,
  proposal: Proposal,
  sessions: ReadonlyMap<HostName, Session>,
): Promise<number> {
  const number = nextNumber(proposal);
  const outcomes = await forEachHost([...sessions.keys()], world.forks, async (host) => {
    const [generation, session] = [generationFor(world, proposal, { host, number }), sessions.get(host)];
    if (generation === undefined || session === undefined) return;
    const resources = await withVersions(generation.resources, session, platformFor(proposal, host));
    const results = await session.mutate(recordGeneration({ ...generation, resources }));
    const last = results.at(-1);
    if (last?.exitCode !== 0) throw stepFailure(host, 'recording the generation', last);
  });
  const failed = outcomes.find((outcome) => outcome.status === 'failed');
  if (failed === undefined) return number;
  // Hosts that needed no change are not undone, and have a generation of this run all the same.
  await forEachHost([...sessions.keys()], world.forks, async (host) =>
    sessions.get(host)?.mutate([withdrawGeneration(world.intent.cluster, number)]),
  );
  throw failed.error;
}

/** What is wanted of a package need not name a version: the one that is installed now is recorded. */
async function withVersions(
  resources: readonly Resource[],
  reader: Reader,
  platform: Platform,
): Promise<readonly Resource[]> {
  const keys = resources.filter(({ kind }) => kind === 'package').map(resourceKey);
  const results = await reader.probe(keys.map((key) => probeOf(key, platform)));
  const installed = keys.flatMap((key, index) => {
    const result = results[index];
    const seen = result === undefined ? undefined : observationOf(key, result, platform);
    return seen?.status === 'present' ? [[key, seen.resource] as const] : [];
  });
  const versions = new Map(installed);
  return resources.map((resource) => {
    const seen = versions.get(resourceKey(resource));
    if (resource.kind !== 'package' || seen?.kind !== 'package' || seen.version === undefined)
      return resource;
    return { ...resource, version: seen.version };
  });
}

function platformFor({ snapshots }: Proposal, host: HostName): Platform {
  const snapshot = snapshots.find(({ intent }) => intent.name === host);
  if (snapshot === undefined) throw new Error(`no snapshot of ${host}`);
  return platformOf(snapshot);
}

function generationFor(
  world: World,
  proposal: Proposal,
  which: { readonly host: HostName; readonly number: number },
): Generation | undefined {
  const virtualRouter = proposal.records.get(which.host);
  const plan = proposal.plan.hosts.find(({ host }) => host === which.host);
  const snapshot = proposal.snapshots.find(({ intent }) => intent.name === which.host);
  if (virtualRouter === undefined || plan === undefined || snapshot === undefined) return undefined;
  return {
    number: which.number,
    cluster: world.intent.cluster,
    runId: world.runId,
    at: new Date(world.clock.now()).toISOString(),
    by: world.by,
    command: proposal.plan.command === 'rollback' ? 'rollback' : 'apply',
    ...(proposal.restored === undefined ? {} : { restored: proposal.restored }),
    virtualRouter,
    resources: plan.changes.flatMap((change) => change.wanted ?? []),
    before: beforeOf(
      snapshot,
      // An address that was left is not put there again by whoever goes back to before us.
      plan.changes.flatMap(({ key, observed }) => (observed?.kind === 'address' ? [] : [key])),
    ),
  };
}

/** What was there before we first touched it: known already, or what this run observed. */
function beforeOf(
  { recorded, observed }: HostSnapshot,
  keys: readonly BeforeEntry['key'][],
): readonly BeforeEntry[] {
  const known = recorded.latest?.before ?? [];
  const fresh = keys.filter((key) => !known.some((entry) => entry.key === key));
  // Files of ours that no generation tells of: a first run was killed here, or the generation is damaged. What they made
  // was not there before us.
  const isOrphaned =
    (recorded.latest === undefined || recorded.damaged.length > 0) &&
    fresh.some((key) => isOurs(observed.get(key)));
  return [...known, ...fresh.map((key) => (isOrphaned ? orphanEntry : beforeEntry)(key, observed))];
}

function beforeEntry(key: BeforeEntry['key'], observed: Observed): BeforeEntry {
  const seen = observed.get(key);
  // What carries our mark was never anybody's before us.
  if (seen?.status === 'present' && seen.resource.kind === 'opening') return { key };
  return seen?.status === 'present' ? { key: resourceKey(seen.resource), resource: seen.resource } : { key };
}

/** The account and the package may have been there before, so they stay. */
function orphanEntry(key: BeforeEntry['key'], observed: Observed): BeforeEntry {
  const entry = beforeEntry(key, observed);
  if (entry.resource?.kind === 'service') {
    return { key, resource: { ...entry.resource, enabled: false, running: false } };
  }
  // A directory goes only when nobody else has put anything into it.
  return isOurs(observed.get(key)) || entry.resource?.kind === 'directory' ? { key } : entry;
}

function isOurs(seen: Observation | undefined): boolean {
  if (seen?.status !== 'present' || seen.resource.kind !== 'file') return false;
  return Buffer.from(seen.resource.content).subarray(0, 200).includes(MARK);
}

/** Takes the generations off the hosts, and returns what was kept on them. */
export async function forget(
  world: World,
  sessions: ReadonlyMap<HostName, Session>,
): Promise<readonly string[]> {
  const outcomes = await forEachHost([...sessions.keys()], world.forks, async (host) => {
    const results = (await sessions.get(host)?.mutate(forgetCluster(world.intent.cluster))) ?? [];
    const last = results.at(-1);
    if (last?.exitCode !== 0) throw stepFailure(host, 'forgetting the generations', last);
    return stdoutOf(last)
      .split('\n')
      .filter(Boolean)
      .map((path) => `${host}: ${path}`);
  });
  return outcomes.flatMap((outcome) => {
    if (outcome.status === 'failed') throw outcome.error;
    return outcome.value;
  });
}

/** Packages that we installed and that a destroy without `--purge` leaves. */
export function keptPackages({ plan, snapshots }: Proposal): readonly string[] {
  return snapshots.flatMap(({ intent, recorded }) => {
    const changes = plan.hosts.find(({ host }) => host === intent.name)?.changes ?? [];
    return (recorded.latest?.before ?? [])
      .filter(
        ({ key, resource }) =>
          key.startsWith('package:') &&
          resource === undefined &&
          !changes.some((change) => change.key === key),
      )
      .map(
        ({ key }) => `${intent.name}: package ${key.slice('package:'.length)}, which --purge would remove`,
      );
  });
}
