import { PATHS } from '../backends/keepalived/layout.ts';
import { vipsOf } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { Check } from '../domain/verdict.ts';
import { surroundingsFact } from '../facts/surroundings.ts';
import { vipInterface } from '../plan/interface.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import { describeSurroundings } from '../plan/surroundings.ts';
import type { Reader } from '../transport/transport.ts';
import { readCertificate } from './certificates.ts';
import { forEachHost } from './hosts.ts';
import type { View } from './world.ts';

/** What was found around the VIP, and the hosts that could not be asked any more. */
export interface Around {
  readonly checks: readonly Check[];
  readonly failures: ReadonlyMap<HostName, unknown>;
}

/** A second look, for `check` alone, at what can hurt the VIP later on. */
export async function checkSurroundings(
  view: View,
  snapshots: readonly HostSnapshot[],
  readers: ReadonlyMap<HostName, Reader>,
): Promise<Around> {
  const outcomes = await forEachHost(
    snapshots.map(({ intent }) => intent.name),
    view.forks,
    async (host) => {
      const snapshot = snapshots.find(({ intent }) => intent.name === host);
      const reader = readers.get(host);
      return snapshot === undefined || reader === undefined ? [] : lookAround(view, snapshot, reader);
    },
  );
  return {
    checks: outcomes.flatMap((outcome) => (outcome.status === 'ok' ? outcome.value : [])),
    failures: new Map(
      outcomes.flatMap((outcome) => (outcome.status === 'failed' ? [[outcome.host, outcome.error]] : [])),
    ),
  };
}

async function lookAround(view: View, snapshot: HostSnapshot, reader: Reader): Promise<readonly Check[]> {
  const { endpoint } = view;
  const own = vipInterface(snapshot.facts.network, endpoint.vip, snapshot.intent.interface);
  if (!own.ok) return [];
  const fact = surroundingsFact({
    interface: own.value.interface,
    address: own.value.source,
    port: endpoint.port,
    scripts: [PATHS.live, PATHS.ready, PATHS.notify],
  });
  const facts = fact.parse(await reader.probe(fact.probes, view.signal));
  const certified =
    facts.certificate === undefined ? undefined : readCertificate(facts.certificate, vipsOf(endpoint))?.vips;
  return describeSurroundings(snapshot, endpoint, {
    facts,
    ...(certified === undefined ? {} : { certified }),
  });
}
