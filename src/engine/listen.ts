import { createHash } from 'node:crypto';
import type { Listening } from '../domain/advert.ts';
import type { HostName } from '../domain/names.ts';
import { advertsFact } from '../facts/adverts.ts';
import { vipInterface } from '../plan/interface.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import { mustListen } from '../plan/wire.ts';
import type { Reader } from '../transport/transport.ts';
import { forEachHost } from './hosts.ts';
import type { Survey } from './survey.ts';
import type { View } from './world.ts';

/**
 * Listens on the link of the VIP, on all hosts at the same time, over the connections that are there. What was heard once
 * is kept: the second look of an apply, under the lock, takes no longer for it.
 */
export class Ear {
  readonly #view: View;
  readonly #heard = new Map<HostName, Listening>();

  constructor(view: View) {
    this.#view = view;
  }

  /** Adds what was heard to a survey, if its plan has to know it. */
  async listenIfNeeded(survey: Survey, readers: ReadonlyMap<HostName, Reader>): Promise<Survey> {
    return mustListen(survey.snapshots, this.#view.endpoint) ? this.listen(survey, readers) : survey;
  }

  /** Adds what was heard to a survey. A host that is lost meanwhile is a failure of the survey. */
  async listen(survey: Survey, readers: ReadonlyMap<HostName, Reader>): Promise<Survey> {
    const deaf = survey.snapshots.filter(({ intent }) => !this.#heard.has(intent.name));
    const outcomes = await forEachHost(
      deaf.map(({ intent }) => intent.name),
      this.#view.forks,
      async (host) => this.#listenOn(host, { deaf, reader: readers.get(host) }),
    );
    const failures = new Map(survey.failures);
    for (const outcome of outcomes)
      if (outcome.status === 'failed') failures.set(outcome.host, outcome.error);
    const snapshots = survey.snapshots
      .filter(({ intent }) => !failures.has(intent.name))
      .map((snapshot): HostSnapshot => {
        const heard = this.#heard.get(snapshot.intent.name);
        return heard === undefined ? snapshot : { ...snapshot, heard };
      });
    return { snapshots, failures };
  }

  async #listenOn(
    host: HostName,
    { deaf, reader }: { readonly deaf: readonly HostSnapshot[]; readonly reader: Reader | undefined },
  ): Promise<void> {
    const { endpoint, report, signal } = this.#view;
    const snapshot = deaf.find(({ intent }) => intent.name === host);
    if (snapshot === undefined || reader === undefined) return;
    const found = vipInterface(snapshot.facts.network, endpoint.vip, snapshot.intent.interface);
    // Without an interface nothing will be applied, and that is said.
    if (!found.ok) return;
    report({ type: 'host-step', host, step: `listening for other routers on ${found.value.interface}` });
    const fact = advertsFact(found.value.interface);
    this.#heard.set(host, fact.parse(await reader.probe(fact.probes, signal)));
  }
}

/** 0 ≤ draw < 1, the same for the same run: a saved plan that drew a VRID has to draw it again. */
export function drawOf(runId: string): number {
  return createHash('sha256').update(runId).digest().readUInt32BE(0) / 2 ** 32;
}
