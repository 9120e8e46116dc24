import type { RunEvent } from '../../src/domain/event.ts';
import type { HostName } from '../../src/domain/names.ts';
import type { World } from '../../src/engine/world.ts';
import type { HostSnapshot } from '../../src/plan/snapshot.ts';
import type { Session } from '../../src/transport/transport.ts';
import { ENDPOINT, intentOf } from './cluster.ts';
import { RENDERER } from './templates.ts';

/** A world of hosts that were seen like this, and what was reported in it. */
export interface ReportedWorld extends World {
  readonly events: RunEvent[];
}

/** When nothing else is said, no host can be reached. */
export function worldOf(
  snapshots: readonly HostSnapshot[],
  sessions: ReadonlyMap<HostName, Session> = new Map(),
): ReportedWorld {
  const events: RunEvent[] = [];
  const connect = async ({ host }: { readonly host: HostName }): Promise<Session> => {
    const session = sessions.get(host);
    if (session === undefined) throw new Error(`${host} cannot be reached`);
    return Promise.resolve(session);
  };
  return {
    intent: intentOf(snapshots),
    endpoint: ENDPOINT,
    transport: { connect },
    reach: connect,
    prober: { ask: async () => Promise.resolve({ outcome: 'refused', detail: 'nobody is asked' }) },
    renderer: RENDERER,
    report: (event) => void events.push(event),
    clock: {
      now: () => Date.parse('2026-11-26T03:00:00.000Z'),
      monotonic: () => 0,
      sleep: async () => Promise.resolve(),
    },
    forks: 30,
    runId: 'run-7',
    by: 'bob@desk',
    signal: new AbortController().signal,
    events,
  };
}
