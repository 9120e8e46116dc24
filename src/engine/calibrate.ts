import type { HostCalibration, LinkCalibration } from '../domain/calibration.ts';
import type { HostName } from '../domain/names.ts';
import { verdictOf, type Verdict } from '../domain/verdict.ts';
import { calibrationFact } from '../facts/calibration.ts';
import { judgeCalibration } from '../plan/calibration.ts';
import { vipInterface, type VipInterface } from '../plan/interface.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import type { Reader } from '../transport/transport.ts';
import { connectReaders, reportFailures } from './fleet.ts';
import { forEachHost } from './hosts.ts';
import { refuseMissing, type Limit } from './scope.ts';
import { surveyHosts } from './survey.ts';
import type { View } from './world.ts';

/** What was measured, and the hosts that were lost meanwhile. */
export interface Calibration {
  /** In inventory order. */
  readonly hosts: readonly HostCalibration[];
  readonly failures: ReadonlyMap<HostName, unknown>;
}

/** `calibrate`: reports how steady hosts and links are for `seconds`, and whether the profile can be kept. */
export async function calibrateCommand(view: View, limit: Limit, seconds: number): Promise<Verdict> {
  // All hosts, whatever the limit: each is a peer of the others. The limit says which ones may be away.
  await using hosts = await connectReaders(view, view.intent.hosts);
  const survey = await surveyHosts(view, hosts.readers);
  const calibration = await calibrate(view, survey.snapshots, { readers: hosts.readers, seconds });
  const failures = new Map([...hosts.failures, ...survey.failures, ...calibration.failures]);
  reportFailures(view, failures);
  refuseMissing(failures, limit);
  view.report({ type: 'calibration', seconds, hosts: calibration.hosts });
  const verdict = verdictOf(judgeCalibration(calibration.hosts, view.endpoint), []);
  view.report({ type: 'verdict', verdict });
  return verdict;
}

/** Measures all hosts at the same time, each towards each other one, over the interface of the VIP. */
export async function calibrate(
  view: View,
  snapshots: readonly HostSnapshot[],
  { readers, seconds }: { readonly readers: ReadonlyMap<HostName, Reader>; readonly seconds: number },
): Promise<Calibration> {
  const places = new Map(snapshots.flatMap((snapshot) => placeOf(view, snapshot)));
  const outcomes = await forEachHost([...places.keys()], view.intent.hosts.length, async (host) => {
    const peers = [...places].filter(([name]) => name !== host);
    const reader = readers.get(host);
    if (reader === undefined) throw new Error(`no reader for ${host}`);
    view.report({ type: 'host-step', host, step: `measuring for ${seconds} s` });
    const fact = calibrationFact(
      seconds,
      peers.map(([, { source }]) => source),
    );
    const { stalls, links } = fact.parse(await reader.probe(fact.probes, view.signal));
    return {
      host,
      stalls,
      links: peers.map(([peer, { source }]): LinkCalibration => ({
        peer,
        address: source,
        measured: links.get(source) ?? { because: 'the host did not say' },
      })),
    };
  });
  return {
    hosts: outcomes.flatMap((outcome) => (outcome.status === 'ok' ? [outcome.value] : [])),
    failures: new Map(
      outcomes.flatMap((outcome) => (outcome.status === 'failed' ? [[outcome.host, outcome.error]] : [])),
    ),
  };
}

/** A host without an interface for the VIP takes no part; `check` says why. */
function placeOf(
  view: View,
  { intent, facts }: HostSnapshot,
): readonly (readonly [HostName, VipInterface])[] {
  const found = vipInterface(facts.network, view.endpoint.vip, intent.interface);
  return found.ok ? [[intent.name, found.value]] : [];
}
