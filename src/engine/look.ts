import { refusal, type Diagnostic } from '../domain/error.ts';
import type { HostGenerations } from '../domain/generation.ts';
import type { HostName } from '../domain/names.ts';
import type { Wanted } from '../domain/resource.ts';
import type { SavedPlan } from '../domain/saved-plan.ts';
import type { Check } from '../domain/verdict.ts';
import { holdsAddress } from '../facts/network.ts';
import { describeChecks, describeGenerations, describeHistory } from '../plan/describe.ts';
import { judgeMoment } from '../plan/calibration.ts';
import { describeVersion } from '../plan/describe-version.ts';
import { desire, type Desired } from '../plan/desire.ts';
import { describeFirewall } from '../plan/firewall.ts';
import { wantedConf } from '../plan/lint.ts';
import { describeReach, diagnosticOf, stationsOf } from '../plan/reach.ts';
import { describeWire } from '../plan/refuse-strangers.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import { readWire } from '../plan/wire.ts';
import type { Reader } from '../transport/transport.ts';
import { calibrate } from './calibrate.ts';
import { connectReaders, reportFailures } from './fleet.ts';
import { Ear } from './listen.ts';
import { proposeApply, proposeDestroy, proposeRollback, showProposal, type Proposal } from './propose.ts';
import { refuseUnheard, testReach } from './reach.ts';
import { refuseStale } from './saved-plan.ts';
import { limitedHosts, refuseMissing, scopeOf, type Limit } from './scope.ts';
import { surveyHosts } from './survey.ts';
import { problemOf } from './status.ts';
import { checkSurroundings } from './surroundings.ts';
import { verifyOnce } from './verify.ts';
import type { View } from './world.ts';

// Nothing here can change a host: a `View` reaches hosts only as readers, and a reader takes no mutation.

/** `plan`: reports what `apply` would do, and returns it. It holds readers only. A saved plan has to hold still. */
export async function planCommand(view: View, limit: Limit, saved?: SavedPlan): Promise<Proposal> {
  await using hosts = await connectReaders(view, view.intent.hosts);
  const scope = await scopeOf(view, limit, hosts, new Ear(view));
  const proposal = proposeApply(view, scope, saved?.runId);
  await refuseUnheard(view, proposal, hosts.readers);
  if (saved !== undefined) refuseStale(view, saved, proposal);
  showProposal(view, proposal);
  return proposal;
}

/** `rollback --dry-run`: reports what a rollback would do. */
export async function planRollbackCommand(
  view: View,
  limit: Limit,
  to: number | undefined,
): Promise<Proposal> {
  await using hosts = await connectReaders(view, view.intent.hosts);
  const proposal = await proposeRollback(view, await scopeOf(view, limit, hosts), {
    readers: hosts.readers,
    to,
  });
  showProposal(view, proposal);
  return proposal;
}

/** `destroy --dry-run`: reports what a destroy would do. */
export async function planDestroyCommand(view: View, limit: Limit, purge: boolean): Promise<Proposal> {
  await using hosts = await connectReaders(view, view.intent.hosts);
  const proposal = proposeDestroy(view, await scopeOf(view, limit, hosts), purge);
  showProposal(view, proposal);
  return proposal;
}

/** `verify`: reports a verdict, and returns whether it is good. */
export async function verifyCommand(view: View, limit: Limit): Promise<boolean> {
  // All hosts, whatever the limit: the owner may be any of them. The limit says which ones may be away.
  await using hosts = await connectReaders(view, view.intent.hosts);
  reportFailures(view, hosts.failures);
  refuseMissing(hosts.failures, limit);
  const verdict = await verifyOnce(view, hosts.readers);
  view.report({ type: 'verdict', verdict });
  return verdict.isGood;
}

/** `history`: the generations on the hosts. */
export async function historyCommand(view: View, limit: Limit): Promise<void> {
  await using hosts = await connectReaders(view, limitedHosts(view, limit));
  const survey = await surveyHosts(view, hosts.readers);
  const failures = new Map([...hosts.failures, ...survey.failures]);
  const perHost = limitedHosts(view, limit).map(({ name }): HostGenerations => {
    const snapshot = survey.snapshots.find(({ intent }) => intent.name === name);
    if (snapshot !== undefined) return describeGenerations(snapshot);
    return { host: name, whole: [], damaged: [], problem: problemOf(failures.get(name)) };
  });
  view.report({ type: 'history', entries: describeHistory(survey.snapshots), hosts: perHost });
  const failure = reportFailures(view, failures);
  if (failure !== undefined) throw failure;
}

/** `check`: everything that would stop an apply, found without changing anything. */
export async function checkCommand(view: View, limit: Limit): Promise<void> {
  // All hosts, whatever the limit: whoever is heard, or answers for the VIP, may be any of them.
  await using hosts = await connectReaders(view, view.intent.hosts);
  const survey = await new Ear(view).listen(await surveyHosts(view, hosts.readers), hosts.readers);
  const { endpoint, intent } = view;
  const { snapshots } = survey;
  const desired = desire(intent, endpoint, { snapshots, absent: [], renderer: view.renderer });
  const limited = snapshots.filter((snapshot) => limit.has(snapshot.intent.name));
  const wanted = desired.ok ? desired.value.wanted : new Map<HostName, Wanted>();
  for (const diagnostic of desired.ok ? desired.value.warnings : [])
    view.report({ type: 'diagnostic', diagnostic });
  const around = await checkSurroundings(view, limited, hosts.readers);
  const reached = await checkReach(view, snapshots, { wanted, readers: hosts.readers });
  const moment = await calibrate(view, snapshots, { readers: hosts.readers, seconds: MOMENT_S });
  view.report({
    type: 'checks',
    checks: [
      ...limited.flatMap((snapshot) => [
        ...describeChecks(snapshot, endpoint),
        ...describeVersion(snapshot, wantedConf(wanted.get(snapshot.intent.name)) ?? ''),
      ]),
      ...describeWire(readWire(endpoint, { hosts: intent.hosts, snapshots }), limited),
      ...around.checks,
      ...reached.checks.filter(({ host }) => host === undefined || limit.has(host)),
      ...judgeMoment(moment.hosts, endpoint),
      ...(desired.ok
        ? [
            vipCheck(
              view,
              snapshots.some(({ facts }) => holdsAddress(facts.network, endpoint.vip)),
            ),
          ]
        : []),
    ],
  });
  const failures = [...hosts.failures, ...survey.failures, ...around.failures, ...moment.failures].filter(
    ([host]) => limit.has(host),
  );
  const failure = reportFailures(view, new Map(failures));
  if (!desired.ok) throw refusal(desired.error);
  if (failure !== undefined) throw failure;
  if (reached.problems.length > 0) throw refusal(reached.problems);
}

/** Whether the firewalls let through what has to come through: by what they say, and by trying it. */
async function checkReach(
  view: View,
  snapshots: readonly HostSnapshot[],
  {
    wanted,
    readers,
  }: { readonly wanted: Desired['wanted']; readonly readers: ReadonlyMap<HostName, Reader> },
): Promise<{ readonly checks: readonly Check[]; readonly problems: readonly Diagnostic[] }> {
  const hosts = snapshots.map((snapshot) => ({
    snapshot,
    wanted: wanted.get(snapshot.intent.name) ?? new Map(),
  }));
  const reach = await testReach(view, readers, stationsOf(hosts));
  const firewalls = hosts.flatMap((host) => describeFirewall(host.snapshot, host.wanted));
  const opened = new Set(
    firewalls.flatMap(({ host, status }) => (host === undefined || status !== 'warn' ? [] : [host])),
  );
  const problems = reach.deaf.filter((pair) => !opened.has(pair[pair.closed])).map(diagnosticOf);
  return { checks: [...firewalls, ...describeReach(reach, opened)], problems };
}

function vipCheck({ endpoint }: View, held: boolean): Check {
  const evidence = held
    ? `${endpoint.vip} is on one of these hosts`
    : `${endpoint.vip} is free: nobody answers for it`;
  return { name: 'vip-free', status: 'pass', evidence };
}

/** Seconds for which `check` measures what `calibrate` measures for longer: as long as it listens. */
const MOMENT_S = 3;
