import { vipsOf, type KeepalivedEndpoint } from '../domain/intent.ts';
import type { ClusterStatus, HostStatus } from '../domain/status.ts';
import { formatEndpoint } from '../domain/address.ts';
import { SERVICE } from '../backends/keepalived/layout.ts';
import type { HistoryEntry, HostGenerations } from '../domain/generation.ts';
import type { HostName } from '../domain/names.ts';
import { addressName, keyOf } from '../domain/resource.ts';
import type { Check } from '../domain/verdict.ts';
import { holdsAddress } from '../facts/network.ts';
import { driftOf } from './drift.ts';
import { vipInterface } from './interface.ts';
import { leftover, leftoversOf } from './leftovers.ts';
import type { HostSnapshot } from './snapshot.ts';

/** One line of `status` for a host that answered. */
export function describeHost(snapshot: HostSnapshot, endpoint: KeepalivedEndpoint): HostStatus {
  const { facts, intent, observed, recorded } = snapshot;
  const seen = observed.get(keyOf('service', SERVICE));
  const running = seen?.status === 'present' && seen.resource.kind === 'service' && seen.resource.running;
  const found = vipInterface(facts.network, endpoint.vip, intent.interface);
  const { latest } = recorded;
  const left = leftoversOf(snapshot, vipsOf(endpoint));
  return {
    host: intent.name,
    reachable: true,
    holdsVip: holdsAddress(facts.network, endpoint.vip),
    state: running ? facts.keepalived.state : 'stopped',
    ...(facts.keepalived.stateSince === undefined ? {} : { stateSince: facts.keepalived.stateSince }),
    ...(found.ok ? { interface: found.value.interface } : {}),
    ...(latest === undefined
      ? {}
      : {
          priority: latest.virtualRouter.priority,
          vrid: latest.virtualRouter.vrid,
          generation: latest.number,
        }),
    api: facts.api,
    ...(facts.keepalived.drained === undefined ? {} : { drained: facts.keepalived.drained }),
    service: facts.keepalived.version === undefined ? 'absent' : running ? 'running' : 'stopped',
    ...(facts.keepalived.version === undefined ? {} : { keepalivedVersion: facts.keepalived.version }),
    drift: driftOf(latest, observed),
    ...(left.length === 0 ? {} : { leftovers: left.map(addressName) }),
    ...(recorded.damaged.length === 0 ? {} : { damaged: recorded.damaged.flatMap(({ files }) => files) }),
    ...(snapshot.deadMan === undefined ? {} : { deadMan: snapshot.deadMan }),
  };
}

/** The line of a host that could not be asked. */
export function describeUnreachable(host: HostName, problem: string): HostStatus {
  return {
    host,
    reachable: false,
    problem,
    holdsVip: false,
    state: 'unknown',
    service: 'unknown',
    drift: [],
  };
}

export function describeCluster(hosts: readonly HostStatus[], endpoint: KeepalivedEndpoint): ClusterStatus {
  const newest = Math.max(0, ...hosts.map(({ generation }) => generation ?? 0));
  return {
    endpoint: formatEndpoint({ host: endpoint.vip, port: endpoint.port }),
    hosts,
    ...(newest === 0 ? {} : { newest }),
  };
}

/** The runs that left a generation on any host, oldest first. */
export function describeHistory(snapshots: readonly HostSnapshot[]): readonly HistoryEntry[] {
  const entries = new Map<string, HistoryEntry>();
  for (const { intent, recorded } of snapshots) {
    for (const head of recorded.heads) {
      const id = `${head.number} ${head.runId}`;
      const known = entries.get(id);
      entries.set(id, { ...head, hosts: [...(known?.hosts ?? []), intent.name] });
    }
  }
  return [...entries.values()].toSorted((a, b) => a.number - b.number || (a.at < b.at ? -1 : 1));
}

/** Which generations a host has. */
export function describeGenerations({ intent, recorded }: HostSnapshot): HostGenerations {
  return {
    host: intent.name,
    whole: recorded.heads.map(({ number }) => number),
    damaged: recorded.damaged,
  };
}

/** What `check` says of a host that answered and has nothing wrong with it. */
export function describeChecks(snapshot: HostSnapshot, endpoint: KeepalivedEndpoint): readonly Check[] {
  const { facts, intent } = snapshot;
  const host = intent.name;
  const found = vipInterface(facts.network, endpoint.vip, intent.interface);
  const pass = (name: string, evidence: string): Check => ({ name, host, status: 'pass', evidence });
  const api = { answers: 'answers', refuses: 'refuses connections', silent: 'does not answer' }[facts.api];
  const left = leftoversOf(snapshot, vipsOf(endpoint)).map(addressName);
  return [
    pass('reachable', `as ${intent.target.user} at ${intent.target.address}`),
    pass('root', facts.isRoot ? 'by sudo without a password, or as root' : 'not root'),
    pass('system', `${facts.os.prettyName}, ${facts.os.initSystem}`),
    ...(found.ok ? [pass('interface', `${found.value.interface}, own address ${found.value.source}`)] : []),
    pass('health-client', facts.httpsClients[0] ?? 'none'),
    facts.api === 'answers'
      ? pass('api-server', `${api} on port ${endpoint.port}`)
      : {
          name: 'api-server',
          host,
          status: 'warn',
          evidence: `${api} on port ${endpoint.port}`,
          hint: 'the VIP only leads to API servers that are there',
        },
    ...left.map((address) => leftover(host, address, 'warn')),
  ];
}
