import type { HostIntent } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import type { Reader } from '../transport/transport.ts';
import { gatherHost } from './gather.ts';
import { forEachHost } from './hosts.ts';
import type { View } from './world.ts';

/** What one round trip to every host brought back. */
export interface Survey {
  /** In inventory order. */
  readonly snapshots: readonly HostSnapshot[];
  readonly failures: ReadonlyMap<HostName, unknown>;
}

/** Sees all hosts that there is a reader for, in parallel. */
export async function surveyHosts(view: View, readers: ReadonlyMap<HostName, Reader>): Promise<Survey> {
  const intents = view.intent.hosts.filter((host) => readers.has(host.name));
  const outcomes = await forEachHost(
    intents.map((intent) => intent.name),
    view.forks,
    async (host) => gatherHost(view, readerOf(readers, host), intentOf(intents, host)),
  );
  const failures = new Map<HostName, unknown>();
  const snapshots = outcomes.flatMap((outcome) => {
    if (outcome.status === 'ok') return [outcome.value];
    failures.set(outcome.host, outcome.error);
    return [];
  });
  return { snapshots, failures };
}

function readerOf(readers: ReadonlyMap<HostName, Reader>, host: HostName): Reader {
  const reader = readers.get(host);
  if (reader === undefined) throw new Error(`no reader for ${host}`);
  return reader;
}

function intentOf(intents: readonly HostIntent[], host: HostName): HostIntent {
  const intent = intents.find((candidate) => candidate.name === host);
  if (intent === undefined) throw new Error(`no intent for ${host}`);
  return intent;
}
