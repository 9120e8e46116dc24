import { KonvoyError } from '../domain/error.ts';
import type { DrillRecord, DrillRequest, DrillResult, DrillSight, Fault } from '../domain/drill.ts';
import type { HostIntent } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { Verdict } from '../domain/verdict.ts';
import { holdsAddress } from '../facts/network.ts';
import { measureDrill, summaryOf } from '../plan/drill.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import type { Platform } from '../platform/platform.ts';
import type { Session } from '../transport/transport.ts';
import { fingerprintsOf, servedCertificates } from './certificates.ts';
import { faultScripts, type FaultScripts } from './drill-fault.ts';
import { observe, probeVip } from './drill-watch.ts';
import { connectFleet, reportFailures } from './fleet.ts';
import { platformOf } from './gather.ts';
import { lockHosts } from './lock.ts';
import { gateDeadlineMs, handOverDeadlineMs } from './patience.ts';
import { armRestoration, disarmRestoration } from './restoration.ts';
import { refuseMissing } from './scope.ts';
import { alter } from './step-failure.ts';
import { surveyHosts } from './survey.ts';
import { ownsWithin, verifyOnce, verifyUntilStable } from './verify.ts';
import { undisturbed, type World } from './world.ts';

/** What an operator asks of a drill. */
export interface DrillCommand {
  readonly fault: Fault;
  /** Absent: whoever has the VIP, each time anew. */
  readonly host: HostName | undefined;
  /** How often, 1 or more. */
  readonly repeat: number;
  /** Asked once it is known whom it hits. */
  readonly confirm: (host: HostName, fault: Fault) => Promise<boolean>;
}

/**
 * `drill`: makes a host fail, watches the VIP as a client and on every host, and ends the fault again, whatever happens. Reports what
 * each drill has shown, and returns the verdict after the last one.
 */
export async function drillCommand(world: World, command: DrillCommand): Promise<Verdict | undefined> {
  await using fleet = await connectFleet(world, world.intent.hosts);
  reportFailures(world, fleet.failures);
  refuseMissing(fleet.failures, new Set(world.intent.hosts.map(({ name }) => name)));
  await lockHosts(world, fleet.sessions, { command: 'drill' });
  const results: DrillResult[] = [];
  let verdict = await healthy(world, fleet.sessions);
  for (let round = 1; round <= command.repeat; round += 1) {
    const host = command.host ?? verdict.owners[0];
    if (host === undefined) throw new Error('a good verdict has an owner');
    if (round === 1 && !(await command.confirm(host, command.fault))) return undefined;
    world.signal.throwIfAborted();
    const record = await drillOnce(world, { sessions: fleet.sessions, host, fault: command.fault });
    const result = measureDrill(record);
    results.push(result);
    world.report({ type: 'drill', round, result });
    verdict = await healthy(world, fleet.sessions);
  }
  if (results.length > 1) world.report({ type: 'drills', fault: command.fault, ...summaryOf(results) });
  world.report({ type: 'verdict', verdict });
  return verdict;
}

interface Stage {
  readonly sessions: ReadonlyMap<HostName, Session>;
  readonly host: HostName;
  readonly fault: Fault;
}

/** A drill on a cluster that is not well shows nothing, and may be the one fault too many. */
async function healthy(world: World, sessions: ReadonlyMap<HostName, Session>): Promise<Verdict> {
  world.report({ type: 'run-step', step: 'verifying' });
  const verdict = await verifyOnce(world, sessions);
  if (verdict.isGood) return verdict;
  world.report({ type: 'verdict', verdict });
  throw new KonvoyError('the cluster is not well: a drill would prove nothing, and might do harm', {
    code: 'verification-failed',
    hints: ['see what fails: konvoy-ha verify', 'konvoy-ha apply mends what it can'],
  });
}

async function drillOnce(world: World, stage: Stage): Promise<DrillRecord> {
  const { sessions, host, fault } = stage;
  const { snapshots } = await surveyHosts(world, sessions);
  const { session, snapshot, intent } = placeOf(world, stage, snapshots);
  const platform = platformOf(snapshot);
  const scripts = faultScripts(fault, { intent, endpoint: world.endpoint, platform });
  await refuseImpossible(session, scripts);
  const certificates = fingerprintsOf(await servedCertificates(world, snapshots));
  const requests: DrillRequest[] = [];
  const sights: DrillSight[] = [];
  const stopping = new AbortController();
  const watching = Promise.all([
    probeVip(world, { certificates, requests, stop: stopping.signal }),
    observe(world, { sessions, sights, stop: stopping.signal }),
  ]);
  const owner = ownerIn(world, snapshots);
  try {
    const times = await failAndMend(world, { session, scripts, platform, host, sights, requests });
    const returning = owner === undefined ? undefined : sessions.get(owner);
    if (returning !== undefined)
      await ownsWithin(undisturbed(world), returning, handOverDeadlineMs(world.endpoint.settings));
    const verdict = await verifyUntilStable(undisturbed(world), sessions, {
      settlesOn: owner,
      onLook: async () => Promise.resolve(),
    });
    const [back] = verdict.owners;
    return {
      fault,
      host,
      wasActive: owner === host,
      ...times,
      endedAtMs: world.clock.monotonic(),
      requests,
      sights,
      ...(back === undefined ? {} : { owner: back }),
    };
  } finally {
    stopping.abort();
    await watching;
  }
}

interface Failing {
  readonly session: Session;
  readonly scripts: FaultScripts;
  readonly platform: Platform;
  readonly host: HostName;
  readonly sights: readonly DrillSight[];
  readonly requests: readonly DrillRequest[];
}

/** The fault is ended when the VIP has moved and answers, at the latest when no election can still be going on. */
async function failAndMend(
  world: World,
  { session, scripts, platform, host, sights, requests }: Failing,
): Promise<Pick<DrillRecord, 'faultAtMs' | 'restoredAtMs'>> {
  const { clock, endpoint } = world;
  const longestMs = gateDeadlineMs(endpoint.settings) + handOverDeadlineMs(endpoint.settings);
  await clock.sleep(scripts.calmMs, world.signal);
  await alter(session, 'arming the restoration', [
    ...armRestoration(world.runId, scripts.end, {
      platform,
      seconds: Math.ceil(longestMs / 1000) + MARGIN_S,
    }),
  ]);
  try {
    world.report({ type: 'run-step', step: `${host} fails` });
    const faultAtMs = clock.monotonic();
    await alter(session, 'making it fail', scripts.begin);
    const deadline = faultAtMs + longestMs;
    const goodSince = (): number =>
      Math.max(
        faultAtMs,
        sights.findLast(({ atMs }) => atMs >= faultAtMs)?.atMs ?? 0,
        requests.findLast(({ answered }) => !answered)?.atMs ?? 0,
      );
    const isCalm = (): boolean =>
      sights.some(({ atMs, holdsVip }) => atMs >= faultAtMs && holdsVip) &&
      clock.monotonic() - goodSince() > CALM_MS;
    while (!isCalm() && clock.monotonic() < deadline) await clock.sleep(LOOK_MS, world.signal);
    return { faultAtMs, restoredAtMs: clock.monotonic() };
  } finally {
    world.report({ type: 'run-step', step: `ending the fault on ${host}` });
    await alter(session, 'ending the fault', scripts.end);
    await alter(session, 'calling off the restoration', disarmRestoration(world.runId, platform));
  }
}

function placeOf(
  world: World,
  { sessions, host }: Stage,
  snapshots: readonly HostSnapshot[],
): { readonly session: Session; readonly snapshot: HostSnapshot; readonly intent: HostIntent } {
  const session = sessions.get(host);
  const snapshot = snapshots.find(({ intent }) => intent.name === host);
  const intent = world.intent.hosts.find(({ name }) => name === host);
  if (session === undefined || snapshot === undefined || intent === undefined)
    throw new Error(`${host} is not among the hosts`);
  return { session, snapshot, intent };
}

function ownerIn({ endpoint }: World, snapshots: readonly HostSnapshot[]): HostName | undefined {
  return snapshots.find(({ facts }) => holdsAddress(facts.network, endpoint.vip))?.intent.name;
}

async function refuseImpossible(session: Session, { needs }: FaultScripts): Promise<void> {
  if (needs === undefined) return;
  const [result] = await session.probe([needs]);
  if (result?.exitCode === 0) return;
  throw new KonvoyError(`${session.host} has no nft, which this fault is made with; nothing was changed`, {
    code: 'usage',
    host: session.host,
    hints: ['the faults stop and kill need nothing', 'or install the package nftables there'],
  });
}

/** Answered without a loss, and at one place, for so long: it is over. */
const CALM_MS = 2000;
const LOOK_MS = 50;
/** Beyond the time after which a fault is ended anyway, for a run that is slow. */
const MARGIN_S = 10;
