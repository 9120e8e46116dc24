import { heardIn, reachProbe, type Listening, type Station } from '../backends/keepalived/reach.ts';
import type { IpAddress } from '../domain/address.ts';
import { KonvoyError, refusal } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import {
  changesReach,
  diagnosticOf,
  opensFirewall,
  plannedStations,
  refuseDeaf,
  type Reach,
} from '../plan/reach.ts';
import type { Reader } from '../transport/transport.ts';
import { forEachHost } from './hosts.ts';
import type { Proposal } from './propose.ts';
import type { View } from './world.ts';

/**
 * Lets every host say something to every other and hear it, at the same time. Nothing is changed by it. Who was not heard is
 * listened for once more and longer, so that a slow host is not taken for a deaf one.
 */
export async function testReach(
  view: View,
  readers: ReadonlyMap<HostName, Reader>,
  all: readonly Station[],
): Promise<Reach> {
  const stations = all.filter(({ host }) => readers.has(host));
  if (stations.length < 2) return { stations, deaf: [], untested: [] };
  view.report({ type: 'run-step', step: 'testing whether every host hears every other' });
  const test: Test = { view, readers, stations };
  const first = await listen(test, everybody(stations), { way: 'link', ...SHORT });
  const deafAtFirst = pairsOf(test).filter((pair) => !isHeard(first, pair));
  const second =
    deafAtFirst.length === 0 ? first : await listen(test, everybody(stations), { way: 'link', ...LONG });
  const untested = stations.map(({ host }) => host).filter((host) => !first.has(host) && !second.has(host));
  const tested = pairsOf(test).filter(
    ({ listener, speaker }) => !untested.includes(listener.host) && !untested.includes(speaker.host),
  );
  const closedIn = tested.filter((pair) => !isHeard(first, pair) && !isHeard(second, pair));
  const closedOut = await testWayOut(test, tested, closedIn);
  return {
    stations,
    untested,
    deaf: [
      ...closedIn.map((pair) => deafness(pair, 'listener')),
      ...closedOut.map((pair) => deafness(pair, 'speaker')),
    ],
  };
}

/** Throws a refusal when hosts that a plan makes routers would not hear each other, and it does nothing about it. */
export async function refuseUnheard(
  view: View,
  { plan, snapshots }: Proposal,
  readers: ReadonlyMap<HostName, Reader>,
): Promise<void> {
  if (!changesReach(plan)) return;
  const problems = refuseDeaf(await testReach(view, readers, plannedStations(plan, snapshots)), plan);
  if (problems.length > 0) throw refusal(problems);
}

/**
 * The gate before anybody is activated: throws when a host still does not hear another. What an apply found before it began
 * stands, unless it has opened something since.
 */
export async function requireReach(
  view: View,
  { plan, snapshots }: Pick<Proposal, 'plan' | 'snapshots'>,
  readers: ReadonlyMap<HostName, Reader>,
): Promise<void> {
  if (plan.command === 'apply' ? !opensFirewall(plan) : !changesReach(plan)) return;
  const { deaf } = await testReach(view, readers, plannedStations(plan, snapshots));
  const [first] = deaf;
  if (first === undefined) return;
  const problems = deaf.map(diagnosticOf);
  throw new KonvoyError(problems.map(({ message }) => message).join('; '), {
    code: 'step-failed',
    host: first.listener,
    hints: [...new Set(problems.flatMap(({ hints }) => hints))],
  });
}

interface Test {
  readonly view: View;
  readonly readers: ReadonlyMap<HostName, Reader>;
  readonly stations: readonly Station[];
}

interface Pair {
  readonly listener: Station;
  readonly speaker: Station;
}

/** Whom each host has heard; a host that could not be tested is not there. */
type Heard = ReadonlyMap<HostName, ReadonlySet<string>>;

/** Only between hosts that let each other in: what one sends makes the other's next word an answer, which is let in. */
async function testWayOut(
  test: Test,
  tested: readonly Pair[],
  closedIn: readonly Pair[],
): Promise<readonly Pair[]> {
  const isOpen = ({ listener, speaker }: Pair): boolean =>
    !closedIn.some(
      (pair) =>
        (pair.listener === listener && pair.speaker === speaker) ||
        (pair.listener === speaker && pair.speaker === listener),
    );
  const open = tested.filter(isOpen);
  const peersOf = (host: Station): readonly IpAddress[] =>
    open.filter(({ listener }) => listener === host).map(({ speaker }) => speaker.source);
  const ask = new Map(test.stations.map((station) => [station.host, peersOf(station)]));
  const first = await listen(test, ask, { way: 'stack', ...SHORT });
  if (open.every((pair) => isHeard(first, pair))) return [];
  const second = await listen(test, ask, { way: 'stack', ...LONG });
  return open.filter((pair) => !isHeard(first, pair) && !isHeard(second, pair));
}

async function listen(
  { view, readers, stations }: Test,
  peers: ReadonlyMap<HostName, readonly IpAddress[]>,
  how: Omit<Listening, 'run'>,
): Promise<Heard> {
  const asked = stations.filter(({ host }) => (peers.get(host) ?? []).length > 0);
  // All at once, however many forks there are: who is not there yet is not heard.
  const outcomes = await forEachHost(
    asked.map(({ host }) => host),
    asked.length,
    async (host) => {
      const station = asked.find((candidate) => candidate.host === host);
      if (station === undefined) return undefined;
      const run = `${view.runId}-${how.way}-${how.most}`;
      const probe = reachProbe(station, peers.get(host) ?? [], { ...how, run });
      const [result] = (await readers.get(host)?.probe([probe], view.signal)) ?? [];
      return heardIn(result);
    },
  );
  const heard = new Map<HostName, ReadonlySet<string>>();
  for (const outcome of outcomes) {
    if (outcome.status === 'failed') throw outcome.error;
    if (outcome.value !== undefined) heard.set(outcome.host, outcome.value);
  }
  return heard;
}

function everybody(stations: readonly Station[]): ReadonlyMap<HostName, readonly IpAddress[]> {
  return new Map(
    stations.map((station) => [
      station.host,
      stations.filter((other) => other !== station).map(({ source }) => source),
    ]),
  );
}

function pairsOf({ stations }: Test): readonly Pair[] {
  return stations.flatMap((listener) =>
    stations.filter((speaker) => speaker !== listener).map((speaker) => ({ listener, speaker })),
  );
}

function isHeard(heard: Heard, { listener, speaker }: Pair): boolean {
  return heard.get(listener.host)?.has(speaker.source) === true;
}

function deafness({ listener, speaker }: Pair, closed: 'listener' | 'speaker'): Reach['deaf'][number] {
  return { listener: listener.host, speaker: speaker.host, closed };
}

/** Seconds: hosts are asked within some tenths of each other. */
const SHORT = { least: 0.7, most: 1.5 };
const LONG = { least: 1.5, most: 5 };
