import { keepalivedFact } from '../backends/keepalived/facts.ts';
import { balances, keysOf, recognised, versionedPackages } from '../backends/backends.ts';
import { firewallFact } from '../backends/firewall/facts.ts';
import { balancerFact } from '../backends/haproxy/facts.ts';
import type { CommandResult } from '../domain/command.ts';
import { KonvoyError, refusal, type Diagnostic } from '../domain/error.ts';
import type { HostFacts } from '../domain/facts.ts';
import type { Recorded } from '../domain/generation.ts';
import type { HostIntent } from '../domain/intent.ts';
import type { Observation, Observed, ResourceKey } from '../domain/resource.ts';
import { apiFact } from '../facts/api.ts';
import type { Fact } from '../facts/fact.ts';
import { kubernetesFact } from '../facts/kubernetes.ts';
import { networkFact } from '../facts/network.ts';
import { systemFact } from '../facts/system.ts';
import { detectPlatform, PLATFORMS, type Platform } from '../platform/platform.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import { observationOf, probeOf } from '../resources/resources.ts';
import type { Reader } from '../transport/transport.ts';
import { deadManProbe, parseTraces } from './dead-man.ts';
import { parseRecorded, recordedProbe } from './generations.ts';
import type { View } from './world.ts';

/** Sees a host whole in one round trip: facts, everything that we manage, and what we left there. */
export async function gatherHost(view: View, reader: Reader, intent: HostIntent): Promise<HostSnapshot> {
  view.report({ type: 'host-step', host: intent.name, step: 'gathering facts' });
  const batch = new Batch();
  const facts = batchFacts(batch, view);
  const kubernetes = batch.add(kubernetesFact());
  const keys = keysOf(view.endpoint);
  const resources = keys.map((key) =>
    batch.add({ probes: [probeOf(key, PLATFORMS[0])], parse: ([result]) => result }),
  );
  const traces = batch.add({ probes: [deadManProbe(view.intent.cluster)], parse: ([result]) => result });
  const recorded = batch.add({ probes: [recordedProbe(view.intent.cluster)], parse: ([result]) => result });
  const read = batch.run(await reader.probe(batch.probes, view.signal));
  const hostFacts = { ...facts(read), kubernetes: read(kubernetes) };
  const platform = detectPlatform(hostFacts.os) ?? PLATFORMS[0];
  const found = parseRecorded(required(read(recorded)), {
    host: intent.name,
    cluster: view.intent.cluster,
  });
  const observed = new Map(
    keys.map((key, index) => [key, observe(key, read(required(resources[index])), platform)]),
  );
  await observeLeftovers(reader, { recorded: found, observed, platform });
  const deadMan = parseTraces(required(read(traces)), view.clock.now());
  return {
    intent,
    facts: hostFacts,
    observed,
    recorded: found,
    ...(deadMan === undefined ? {} : { deadMan }),
  };
}

/**
 * Sees what a verdict right after a change rests on: facts and the services, nothing that is recorded or could have drifted.
 * It costs a third of a look at everything.
 */
export async function gatherRouter(view: View, reader: Reader, intent: HostIntent): Promise<HostSnapshot> {
  view.report({ type: 'host-step', host: intent.name, step: 'gathering facts' });
  const batch = new Batch();
  const facts = batchFacts(batch, view);
  const services = keysOf(view.endpoint).filter((key) => key.startsWith('service:'));
  const asked = services.map((key) =>
    batch.add({ probes: [probeOf(key, PLATFORMS[0])], parse: ([result]) => result }),
  );
  const read = batch.run(await reader.probe(batch.probes, view.signal));
  const hostFacts = facts(read);
  const platform = detectPlatform(hostFacts.os) ?? PLATFORMS[0];
  return {
    intent,
    facts: hostFacts,
    observed: new Map(
      services.map((key, index) => [key, observe(key, read(required(asked[index])), platform)]),
    ),
    recorded: { heads: [], damaged: [], foreignClusters: [] },
  };
}

/** The platform of a host that has passed the refusals. */
export function platformOf(snapshot: HostSnapshot): Platform {
  const platform = detectPlatform(snapshot.facts.os);
  if (platform !== undefined) return platform;
  const diagnostic: Diagnostic = {
    severity: 'error',
    host: snapshot.intent.name,
    message: `${snapshot.facts.os.prettyName} is not supported yet`,
    hints: [],
  };
  throw refusal([diagnostic]);
}

/** Probes of many facts as one batch: each fact gets back the slice of the results that it asked for. */
class Batch {
  readonly probes: Parameters<Reader['probe']>[0][number][] = [];

  add<T>(fact: Fact<T>): Slot<T> {
    const from = this.probes.length;
    this.probes.push(...fact.probes);
    const to = this.probes.length;
    return { parse: (results) => fact.parse(results.slice(from, to)) };
  }

  run(results: readonly CommandResult[]): Read {
    return (slot) => slot.parse(results);
  }
}

interface Slot<T> {
  parse(results: readonly CommandResult[]): T;
}

type Read = <T>(slot: Slot<T>) => T;

function batchFacts(batch: Batch, view: View): (read: Read) => HostFacts {
  const system = batch.add(systemFact);
  const network = batch.add(networkFact(view.endpoint.vip, view.endpoint.settings.additionalVips));
  const api = batch.add(apiFact(view.endpoint.vip, view.endpoint.port));
  const keepalived = batch.add(keepalivedFact);
  const firewall = batch.add(firewallFact);
  const balancer = balances(view.endpoint) ? batch.add(balancerFact(view.endpoint)) : undefined;
  const offers = [...versionedPackages(view.endpoint)].map(
    ([name, unless]) =>
      [
        name,
        batch.add({ probes: [PLATFORMS[0].packages.offers(name, unless)], parse: ([result]) => result }),
      ] as const,
  );
  return (read) => ({
    ...read(system),
    offers: new Map(
      offers.map(([name, slot]) => [name, PLATFORMS[0].packages.parseOffers(required(read(slot)))]),
    ),
    network: read(network),
    api: read(api),
    keepalived: read(keepalived),
    firewall: read(firewall),
    ...(balancer === undefined ? {} : { balancer: read(balancer) }),
  });
}

/** What an older release of ours recorded and this one does not manage any more is looked at as well. */
async function observeLeftovers(
  reader: Reader,
  seen: {
    readonly recorded: Recorded;
    readonly observed: Map<ResourceKey, Observation>;
    readonly platform: Platform;
  },
): Promise<Observed> {
  const keys = (seen.recorded.latest?.before ?? [])
    .map(({ key }) => key)
    .filter((key) => !seen.observed.has(key));
  if (keys.length === 0) return seen.observed;
  const results = await reader.probe(keys.map((key) => probeOf(key, seen.platform)));
  keys.forEach((key, index) => seen.observed.set(key, observe(key, results[index], seen.platform)));
  return seen.observed;
}

function observe(key: ResourceKey, result: CommandResult | undefined, platform: Platform): Observation {
  const observation = observationOf(key, required(result), platform);
  if (observation.status !== 'present') return observation;
  return { status: 'present', resource: recognised(observation.resource) };
}

function required<T>(value: T | undefined): T {
  if (value === undefined)
    throw new KonvoyError('a host answered fewer questions than it was asked', { code: 'connection-lost' });
  return value;
}
