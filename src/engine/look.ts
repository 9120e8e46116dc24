import { refusal, type KonvoyError } from '../domain/error.ts';
import type { Check } from '../domain/verdict.ts';
import { holdsAddress } from '../facts/network.ts';
import {
  describeChecks,
  describeCluster,
  describeHistory,
  describeHost,
  describeUnreachable,
} from '../plan/describe.ts';
import { desire } from '../plan/desire.ts';
import { connectReaders, reportFailures } from './fleet.ts';
import { proposeApply, proposeDestroy, proposeRollback, type Proposal } from './propose.ts';
import { limitedHosts, refuseMissing, scopeOf, type Limit } from './scope.ts';
import { surveyHosts } from './survey.ts';
import { warnOfArmed } from './unfinished.ts';
import { verifyOnce } from './verify.ts';
import type { View } from './world.ts';

// Nothing here can change a host: a `View` reaches hosts only as readers, and a reader takes no mutation.

/** `plan`: reports what `apply` would do, and returns it. It holds readers only. */
export async function planCommand(view: View, limit: Limit): Promise<Proposal> {
  await using hosts = await connectReaders(view, view.intent.hosts);
  const proposal = proposeApply(view, await scopeOf(view, limit, hosts));
  warnOfArmed(view, proposal);
  view.report({ type: 'plan', plan: proposal.plan });
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
  warnOfArmed(view, proposal);
  view.report({ type: 'plan', plan: proposal.plan });
  return proposal;
}

/** `destroy --dry-run`: reports what a destroy would do. */
export async function planDestroyCommand(view: View, limit: Limit, purge: boolean): Promise<Proposal> {
  await using hosts = await connectReaders(view, view.intent.hosts);
  const proposal = proposeDestroy(view, await scopeOf(view, limit, hosts), purge);
  warnOfArmed(view, proposal);
  view.report({ type: 'plan', plan: proposal.plan });
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

/** `status`: one line for each host, also for those that do not answer. Returns whether any host has drifted. */
export async function statusCommand(
  view: View,
  limit: Limit,
): Promise<{ readonly drifted: boolean; readonly failure: KonvoyError | undefined }> {
  await using hosts = await connectReaders(view, limitedHosts(view, limit));
  const survey = await surveyHosts(view, hosts.readers);
  const failures = new Map([...hosts.failures, ...survey.failures]);
  const lines = limitedHosts(view, limit).map(({ name }) => {
    const snapshot = survey.snapshots.find(({ intent }) => intent.name === name);
    if (snapshot !== undefined) return describeHost(snapshot, view.endpoint);
    const error = failures.get(name);
    return describeUnreachable(name, error instanceof Error ? error.message : 'it could not be asked');
  });
  view.report({ type: 'status', status: describeCluster(lines, view.endpoint) });
  return { drifted: lines.some((host) => host.drift.length > 0), failure: reportFailures(view, failures) };
}

/** `history`: the generations on the hosts. */
export async function historyCommand(view: View, limit: Limit): Promise<void> {
  await using hosts = await connectReaders(view, limitedHosts(view, limit));
  const survey = await surveyHosts(view, hosts.readers);
  view.report({ type: 'history', entries: describeHistory(survey.snapshots) });
  const failure = reportFailures(view, new Map([...hosts.failures, ...survey.failures]));
  if (failure !== undefined) throw failure;
}

/** `check`: everything that would stop an apply, found without changing anything. */
export async function checkCommand(view: View, limit: Limit): Promise<void> {
  await using hosts = await connectReaders(view, limitedHosts(view, limit));
  const survey = await surveyHosts(view, hosts.readers);
  const { endpoint } = view;
  const desired = desire(view.intent, endpoint, {
    snapshots: survey.snapshots,
    absent: [],
    renderer: view.renderer,
  });
  const checks = survey.snapshots.flatMap((snapshot) => describeChecks(snapshot, endpoint));
  view.report({
    type: 'checks',
    checks: [
      ...checks,
      ...(desired.ok
        ? [
            vipCheck(
              view,
              survey.snapshots.some(({ facts }) => holdsAddress(facts.network, endpoint.vip)),
            ),
          ]
        : []),
    ],
  });
  const failure = reportFailures(view, new Map([...hosts.failures, ...survey.failures]));
  if (!desired.ok) throw refusal(desired.error);
  if (failure !== undefined) throw failure;
}

function vipCheck({ endpoint }: View, held: boolean): Check {
  const evidence = held
    ? `${endpoint.vip} is on one of these hosts`
    : `${endpoint.vip} is free: nobody answers for it`;
  return { name: 'vip-free', status: 'pass', evidence };
}
