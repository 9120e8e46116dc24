import { vipsOf, type KeepalivedEndpoint } from '../domain/intent.ts';
import { formatEndpoint, type IpAddress } from '../domain/address.ts';
import type { HostName } from '../domain/names.ts';
import { verdictOf, type Check, type Verdict } from '../domain/verdict.ts';
import { balancers } from './judge-balancer.ts';
import { certificates, type ServedCertificate } from './certificate.ts';
import { drained } from './drain.ts';
import { driftOf } from './drift.ts';
import { additionalVips, neighbours, oneOwner, ownersOf } from './owners.ts';
import { balances } from '../backends/backends.ts';
import { SERVICE } from '../backends/keepalived/layout.ts';
import { addressName, keyOf } from '../domain/resource.ts';
import { leftover, leftoversOf } from './leftovers.ts';
import type { HostSnapshot } from './snapshot.ts';

/** What was asked of the endpoint, from one place. */
export interface EndpointSighting {
  /** A host's name, or `here` for the machine that runs konvoy-ha. */
  readonly from: HostName | 'here';
  /** The additional VIP that was asked; absent: the VIP. */
  readonly vip?: IpAddress;
  /** The HTTP status, or why there was none. */
  readonly answer: number | string;
  /** SHA-256 fingerprint of the certificate that was served. */
  readonly certificate?: string;
}

/** Everything a verdict rests on. */
export interface Evidence {
  readonly endpoint: KeepalivedEndpoint;
  readonly snapshots: readonly HostSnapshot[];
  readonly sightings: readonly EndpointSighting[];
  /** The certificate that each host's own API server serves, where it could be asked. */
  readonly certificates: ReadonlyMap<HostName, string>;
  /** What they are worth to clients, where that was looked at, and when. */
  readonly served?: {
    readonly certificates: ReadonlyMap<HostName, ServedCertificate>;
    readonly nowMs: number;
  };
}

/** What the evidence says. Pure: whoever looks again with the same eyes comes to the same verdict. */
export function judge(evidence: Evidence): Verdict {
  const owners = ownersOf(evidence, evidence.endpoint.vip);
  const checks = [
    oneOwner(evidence, owners),
    ...additionalVips(evidence, owners),
    ...vipsOf(evidence.endpoint).flatMap((vip) => neighbours(evidence, owners, vip)),
    ...services(evidence),
    ...leftovers(evidence),
    ...balancers(evidence.endpoint, evidence.snapshots),
    apiServers(evidence),
    ...worthOf(evidence),
    ...evidence.sightings.map((sighting) => answers(evidence, sighting)),
    answeredBy(evidence, owners),
    ...drained(evidence.snapshots),
    ...drift(evidence),
  ];
  return verdictOf(checks, owners);
}

function worthOf({ endpoint, served }: Evidence): readonly Check[] {
  if (served === undefined) return [];
  return certificates(served.certificates, { vips: vipsOf(endpoint), nowMs: served.nowMs });
}

function services({ snapshots }: Evidence): readonly Check[] {
  return snapshots.map(({ intent, observed, facts }): Check => {
    const seen = observed.get(keyOf('service', SERVICE));
    const service =
      seen?.status === 'present' && seen.resource.kind === 'service' ? seen.resource : undefined;
    const common = { name: 'service', host: intent.name };
    if (service?.running !== true)
      return {
        ...common,
        status: 'fail',
        evidence: 'keepalived does not run',
        hint: 'konvoy-ha apply starts it; journalctl -u keepalived says why it stopped',
      };
    if (!service.enabled)
      return {
        ...common,
        status: 'fail',
        evidence: 'keepalived runs, but would not after a reboot',
        hint: 'konvoy-ha apply enables it',
      };
    return {
      ...common,
      status: 'pass',
      evidence: `keepalived ${facts.keepalived.version ?? ''} runs, ${facts.keepalived.state}`,
    };
  });
}

function leftovers({ snapshots, endpoint }: Evidence): readonly Check[] {
  return snapshots.flatMap((snapshot) =>
    leftoversOf(snapshot, vipsOf(endpoint)).map((left) =>
      leftover(snapshot.intent.name, addressName(left), 'fail'),
    ),
  );
}

function apiServers({ snapshots, endpoint }: Evidence): Check {
  const serving = snapshots.filter(({ facts }) => facts.api === 'answers').length;
  const silent = snapshots
    .filter(({ facts }) => facts.api !== 'answers')
    .map(({ intent, facts }) => `${intent.name} ${facts.api}`);
  if (serving === snapshots.length)
    return {
      name: 'api-servers',
      status: 'pass',
      evidence: `all ${serving} answer on port ${endpoint.port}`,
    };
  const evidence =
    serving === 0
      ? `none answers on port ${endpoint.port} yet`
      : `${serving} of ${snapshots.length} answer (${silent.join(', ')})`;
  return {
    name: 'api-servers',
    status: 'warn',
    evidence,
    hint: 'the VIP only leads to API servers that are there',
  };
}

function answers({ endpoint, snapshots }: Evidence, { from, vip, answer }: EndpointSighting): Check {
  const where = formatEndpoint({ host: vip ?? endpoint.vip, port: endpoint.port });
  const common = { name: 'vip-answers', ...(from === 'here' ? {} : { host: from }) };
  const place = from === 'here' ? ' from here' : '';
  if (answer === 200)
    return {
      ...common,
      status: 'pass',
      evidence: `${where}${endpoint.settings.healthCheck.path} says 200${place}`,
    };
  if (answer === 401 || answer === 403) {
    return {
      ...common,
      status: 'warn',
      evidence: `${where} says ${answer}${place}: it answers, but its readiness cannot be seen`,
      hint: 'let anonymous clients read /readyz and /livez, or the VIP only follows a dead API server',
    };
  }
  const evidence =
    typeof answer === 'number'
      ? `${where} says ${answer}${place}`
      : `${where} did not answer${place}: ${answer}`;
  // Before `kubeadm init` nothing can answer; the VIP has to be there first.
  if (!snapshots.some(({ facts }) => facts.api === 'answers')) return { ...common, status: 'warn', evidence };
  return {
    ...common,
    status: 'fail',
    evidence,
    hint:
      typeof answer === 'number'
        ? 'the API server that the VIP leads to is not ready'
        : unreachableHint(from),
  };
}

function unreachableHint(from: EndpointSighting['from']): string {
  return from === 'here'
    ? 'can this machine reach the subnet of the VIP?'
    : 'can this host reach the VIP on this port?';
}

/** Certificates differ from one API server to the next, so the one that is served tells which host answered. */
function answeredBy({ endpoint, sightings, certificates }: Evidence, owners: readonly HostName[]): Check {
  const common = { name: 'answered-by' };
  const served = sightings.find((sighting) => sighting.certificate !== undefined)?.certificate;
  if (served === undefined)
    return { ...common, status: 'skipped', evidence: 'no certificate was seen at the VIP' };
  const hosts = [...certificates].filter(([, certificate]) => certificate === served).map(([host]) => host);
  const [host] = hosts;
  if (host === undefined)
    return {
      ...common,
      status: 'skipped',
      evidence: 'the certificate served at the VIP is none of those that the hosts served',
    };
  if (hosts.length > 1)
    return {
      ...common,
      status: 'skipped',
      evidence: `${hosts.join(', ')} serve one certificate, so it does not tell them apart`,
    };
  if (balances(endpoint)) return { ...common, status: 'pass', evidence: `${host} answered, through haproxy` };
  if (owners.length === 1 && owners[0] === host)
    return { ...common, status: 'pass', evidence: `${host} answered, which has the VIP` };
  return {
    ...common,
    status: 'fail',
    evidence: `${host} answered, but ${owners.join(', ') || 'nobody'} has the VIP`,
    hint: 'the neighbour table of a router or of this machine is out of date',
  };
}

function drift({ snapshots }: Evidence): readonly Check[] {
  return snapshots.flatMap(({ intent, recorded, observed }): readonly Check[] => {
    if (recorded.latest === undefined) return [];
    const keys = driftOf(recorded.latest, observed);
    const common = { name: 'drift', host: intent.name };
    if (keys.length === 0)
      return [{ ...common, status: 'pass', evidence: `as generation ${recorded.latest.number} left it` }];
    return [
      {
        ...common,
        status: 'warn',
        evidence: `changed since generation ${recorded.latest.number}: ${keys.join(', ')}`,
        hint: 'konvoy-ha plan shows the difference, konvoy-ha apply mends it',
      },
    ];
  });
}
