import type { KonvoyError } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import type { ClusterStatus } from '../domain/status.ts';
import { describeCluster, describeHost, describeUnreachable } from '../plan/describe.ts';
import { desire } from '../plan/desire.ts';
import { pendingKeys } from '../plan/pending.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import type { Reader } from '../transport/transport.ts';
import { reasonOf } from './account.ts';
import { connectReaders, reportFailures, type Readers } from './fleet.ts';
import { limitedHosts, type Limit } from './scope.ts';
import { surveyHosts, type Survey } from './survey.ts';
import type { View } from './world.ts';

/** `status`: one line for each host, also for those that do not answer. Returns whether any host has drifted. */
export async function statusCommand(
  view: View,
  limit: Limit,
): Promise<{ readonly drifted: boolean; readonly failure: KonvoyError | undefined }> {
  await using hosts = await connectReaders(view, limitedHosts(view, limit));
  const survey = await surveyHosts(view, hosts.readers);
  const failures = new Map([...hosts.failures, ...survey.failures]);
  const status = statusOf(view, limit, { ...survey, failures });
  view.report({ type: 'status', status });
  const drifted = status.hosts.some((host) => host.drift.length > 0);
  return { drifted, failure: reportFailures(view, failures) };
}

/**
 * `status --watch`: the same again and again, over connections that stay open; a host that is lost is connected to anew. A host that does
 * not answer in time is one that cannot be asked, and keeps nobody waiting. Ends with the signal only.
 */
export async function watchStatus(view: View, limit: Limit, everyMs: number): Promise<never> {
  await using fleet = new WatchedFleet();
  for (;;) {
    const survey = await lookOnce(view, limit, fleet);
    view.signal.throwIfAborted();
    view.report({ type: 'status', status: statusOf(view, limit, survey), watched: { everyMs } });
    await view.clock.sleep(everyMs, view.signal);
  }
}

async function lookOnce(view: View, limit: Limit, fleet: WatchedFleet): Promise<Survey> {
  const signal = AbortSignal.any([view.signal, AbortSignal.timeout(LOOK_MS)]);
  // What is done on the way is none of the picture.
  const quiet: View = { ...view, signal, report: () => undefined };
  const lost = limitedHosts(view, limit).filter(({ name }) => !fleet.readers.has(name));
  const failed = lost.length === 0 ? new Map<HostName, unknown>() : await fleet.connect(quiet, lost);
  const survey = await surveyHosts(quiet, fleet.readers);
  for (const host of survey.failures.keys()) fleet.readers.delete(host);
  return { ...survey, failures: new Map([...failed, ...survey.failures]) };
}

/** The connections of a watch, which come and go. */
class WatchedFleet implements AsyncDisposable {
  readonly readers = new Map<HostName, Reader>();
  readonly #groups: Readers[] = [];

  /** Connects to these, and returns why some could not be reached. */
  async connect(
    view: View,
    hosts: Parameters<typeof connectReaders>[1],
  ): Promise<ReadonlyMap<HostName, unknown>> {
    const group = await connectReaders(view, hosts);
    this.#groups.push(group);
    for (const [host, reader] of group.readers) this.readers.set(host, reader);
    return group.failures;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#groups.map(async (group) => group[Symbol.asyncDispose]()));
  }
}

function statusOf(view: View, limit: Limit, { snapshots, failures }: Survey): ClusterStatus {
  const asked = askedFor(view, snapshots);
  const lines = limitedHosts(view, limit).map(({ name }) => {
    const snapshot = snapshots.find(({ intent }) => intent.name === name);
    if (snapshot === undefined) return describeUnreachable(name, problemOf(failures.get(name)));
    const pending = asked.keys.get(name) ?? [];
    return { ...describeHost(snapshot, view.endpoint), ...(pending.length === 0 ? {} : { pending }) };
  });
  const status = describeCluster(lines, view.endpoint);
  const { unknown } = asked;
  return unknown === undefined ? status : { ...status, pendingUnknown: unknown };
}

/** Why a host has no line, in words. */
export function problemOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${LOOK_MS / 1000} s`;
  return error === undefined ? 'it could not be asked' : reasonOf(error);
}

/** What the inventory asks for beyond the latest generations, as far as the hosts that answered tell. */
function askedFor(
  view: View,
  snapshots: readonly HostSnapshot[],
): { readonly keys: ReturnType<typeof pendingKeys>; readonly unknown?: string } {
  const recorded = snapshots.filter((snapshot) => snapshot.recorded.latest !== undefined);
  if (recorded.length === 0) return { keys: new Map() };
  const names = new Set(snapshots.map(({ intent }) => intent.name));
  const absent = view.intent.hosts.filter(({ name }) => !names.has(name));
  const desired = desire(view.intent, view.endpoint, { snapshots, absent, renderer: view.renderer });
  if (desired.ok) return { keys: pendingKeys(desired.value, recorded) };
  if (absent.length > 0) {
    const unseen = absent.map(({ name }) => name).join(', ');
    return { keys: new Map(), unknown: `${unseen}: not asked, or no answer` };
  }
  const [first] = desired.error;
  const where = first?.host === undefined ? '' : `${first.host}: `;
  return { keys: new Map(), unknown: `${where}${first?.message ?? ''}` };
}

/** A look that takes longer shows what it has: a split brain has to be seen within 5 s. */
const LOOK_MS = 4000;
