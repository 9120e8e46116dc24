import { SERVICES } from '../backends/backends.ts';
import { audienceOf, interfaceOf, isUnicast, sourceOf, vipsIn } from '../backends/keepalived/identity.ts';
import { PATHS } from '../backends/keepalived/layout.ts';
import type { Station } from '../backends/keepalived/reach.ts';
import { parseIpAddress, type IpAddress } from '../domain/address.ts';
import type { Diagnostic } from '../domain/error.ts';
import { parseInterfaceName, type HostName } from '../domain/names.ts';
import type { HostPlan, Plan } from '../domain/plan.ts';
import { keyOf, type Resource, type Wanted } from '../domain/resource.ts';
import type { Check } from '../domain/verdict.ts';
import { ownAddressFor } from '../facts/network.ts';
import type { HostSnapshot } from './snapshot.ts';

/** A host that does not hear another, and whose firewall is in the way. */
export interface Deafness {
  readonly listener: HostName;
  readonly speaker: HostName;
  readonly closed: 'listener' | 'speaker';
}

/** What a test of every ordered pair found. */
export interface Reach {
  readonly stations: readonly Station[];
  readonly deaf: readonly Deafness[];
  /** Hosts that nothing could be tested with. */
  readonly untested: readonly HostName[];
}

/** The hosts that shall be routers, as their peers are to hear them. */
export function stationsOf(
  hosts: readonly { readonly snapshot: HostSnapshot; readonly wanted: Wanted }[],
): readonly Station[] {
  return hosts.flatMap(({ snapshot, wanted }) => {
    const service = wanted.get(SERVICE_KEY);
    if (service?.kind !== 'service' || !service.running) return [];
    return stationIn(snapshot, textOf(wanted.get(CONF_KEY)));
  });
}

/** The same for what a plan leaves. */
export function plannedStations(plan: Plan, snapshots: readonly HostSnapshot[]): readonly Station[] {
  return stationsOf(
    plan.hosts.flatMap(({ host, changes }) => {
      const snapshot = snapshots.find(({ intent }) => intent.name === host);
      const wanted = new Map(changes.map((change) => [change.key, change.wanted]));
      return snapshot === undefined ? [] : [{ snapshot, wanted }];
    }),
  );
}

/** Whether a plan changes who has to hear whom, or what lets them. */
export function changesReach(plan: Plan): boolean {
  return plan.hosts.some(({ changes }) =>
    changes.some(({ key, action, wanted, observed }) => {
      if (action === 'none' || wanted === undefined) return false;
      if (wanted.kind === 'opening') return true;
      return key === CONF_KEY && audienceOf(textOf(wanted)) !== audienceOf(textOf(observed));
    }),
  );
}

/** Whether a plan opens a firewall further. */
export function opensFirewall({ hosts }: Plan): boolean {
  return hosts.some(opens);
}

/** Refuses what a plan would not mend: both would be active. */
export function refuseDeaf({ deaf }: Reach, plan: Plan): readonly Diagnostic[] {
  return deaf.filter((pair) => !isOpened(pair, plan.hosts)).map(diagnosticOf);
}

/** What `check` says of every host that was tested. */
export function describeReach(reach: Reach, opened: ReadonlySet<HostName>): readonly Check[] {
  if (reach.stations.length < 2) return [];
  return reach.stations.map(({ host, mode }): Check => {
    const base = { name: 'vrrp-reach', host };
    if (reach.untested.includes(host))
      return {
        ...base,
        status: 'skipped',
        evidence: 'it could not be tested whether it hears its peers: there is no Perl, or it may not listen',
      };
    const missed = reach.deaf.filter(({ listener }) => listener === host);
    if (missed.length === 0) {
      const tested = reach.stations.filter(
        (other) => other.host !== host && !reach.untested.includes(other.host),
      );
      return {
        ...base,
        status: 'pass',
        evidence: `hears ${tested.map((other) => other.host).join(', ')} by ${mode}`,
      };
    }
    const isMended = missed.every((pair) => opened.has(pair[pair.closed]));
    return {
      ...base,
      status: isMended ? 'warn' : 'fail',
      evidence: missed.map(deafWords).join('; '),
      hint: isMended ? 'konvoy-ha apply opens it' : BY_HAND,
    };
  });
}

/** A pair that is deaf, as a problem of the listener. */
export function diagnosticOf(pair: Deafness): Diagnostic {
  return {
    severity: 'error',
    host: pair.listener,
    message: `${deafWords(pair)}; both would have the VIP`,
    hints: [BY_HAND],
  };
}

function deafWords({ listener, speaker, closed }: Deafness): string {
  const where = closed === 'listener' ? `what comes in on ${listener}` : `what goes out on ${speaker}`;
  return `${listener} does not hear VRRP from ${speaker}: ${where} is dropped`;
}

function isOpened(pair: Deafness, plans: readonly HostPlan[]): boolean {
  const plan = plans.find(({ host }) => host === pair[pair.closed]);
  return plan !== undefined && opens(plan);
}

function opens({ changes }: HostPlan): boolean {
  return changes.some(
    ({ wanted, action }) => wanted?.kind === 'opening' && (action === 'create' || action === 'update'),
  );
}

function stationIn({ intent, facts }: HostSnapshot, conf: string): readonly Station[] {
  const device = parseInterfaceName(interfaceOf(conf));
  const vip = addressOf(vipsIn(conf).vips[0]?.split('/')[0]);
  if (!device.ok || vip === undefined) return [];
  const source = addressOf(sourceOf(conf)) ?? ownAddressFor(facts.network, device.value, vip);
  if (source === undefined) return [];
  const mode = isUnicast(conf) ? 'unicast' : 'multicast';
  return [{ host: intent.name, interface: device.value, source, mode }];
}

function addressOf(text: string | undefined): IpAddress | undefined {
  const address = parseIpAddress(text);
  return address.ok ? address.value : undefined;
}

function textOf(resource: Resource | undefined): string {
  return resource?.kind === 'file' ? new TextDecoder().decode(resource.content) : '';
}

const CONF_KEY = keyOf('file', PATHS.conf);
const SERVICE_KEY = keyOf('service', SERVICES.router);

const BY_HAND =
  'let protocol 112 (VRRP) through between these hosts, in the firewall of the host or between them, for example: nft insert rule inet filter input meta l4proto 112 accept';
