import { KEYS as FIREWALL_KEYS } from '../../src/backends/firewall/layout.ts';
import { PATHS } from '../../src/backends/keepalived/layout.ts';
import type { HostFacts } from '../../src/domain/facts.ts';
import type { Generation, GenerationHead } from '../../src/domain/generation.ts';
import type { HostIntent, Intent, KeepalivedEndpoint } from '../../src/domain/intent.ts';
import {
  keyOf,
  resourceKey,
  type FileResource,
  type Observation,
  type Observed,
  type Resource,
  type ResourceKey,
  type Wanted,
} from '../../src/domain/resource.ts';
import { networkFact } from '../../src/facts/network.ts';
import { desire, routerRecord, type Desired } from '../../src/plan/desire.ts';
import type { HostSnapshot } from '../../src/plan/snapshot.ts';
import { advertIntervalMs, clusterName, hostName, ip, packageVersion, userName } from './branded.ts';
import { networkAnswers, type HostNetwork } from './network-answers.ts';
import { RENDERER } from './templates.ts';

// A cluster of Debian 12 hosts lb1, lb2, … at 10.0.50.11, .12, …, before and after its first apply.

export const VIP = ip('10.0.50.20');

export const ENDPOINT: KeepalivedEndpoint = {
  kind: 'keepalived',
  because: 'control_plane_endpoint in inventory.yaml',
  vip: VIP,
  port: 6443,
  settings: {
    profile: 'balanced',
    advertIntervalMs: advertIntervalMs(500),
    mode: 'unicast',
    preempt: true,
    loadBalancer: 'none',
    additionalVips: [],
    sources: {},
    healthCheck: { path: '/readyz', intervalMs: 1000, timeoutMs: 2000, fall: 2, rise: 2 },
    packageVersion: packageVersion('present'),
  },
};

export function intentOf(snapshots: readonly HostSnapshot[]): Intent {
  return {
    cluster: clusterName('prod'),
    endpoint: ENDPOINT,
    hosts: snapshots.map(({ intent }) => intent),
    warnings: [],
  };
}

export function hostIntent(name: string, rest: Partial<HostIntent> = {}): HostIntent {
  const target = {
    host: hostName(name),
    connection: 'ssh' as const,
    client: 'auto' as const,
    address: ownAddress(name),
    port: 22,
    user: userName('admin'),
    identityFiles: [],
    become: { method: 'sudo' as const },
    forwardAgent: false,
    knownHostsFiles: [],
    strictHostKeyChecking: 'yes' as const,
  };
  return { name: hostName(name), target, groups: ['control-plane'], ...rest };
}

/** 10.0.50.11 for lb1 and so on; from lb10 on 10.0.50.110, so that nobody has the VIP. */
export function ownAddress(name: string): string {
  const number = Number(name.slice(2));
  return `10.0.50.${number < 10 ? 10 + number : 100 + number}`;
}

export function macOf(name: string): string {
  return `52:54:00:aa:00:${Number(name.slice(2)).toString(16).padStart(2, '0')}`;
}

export function networkOf(name: string, rest: Partial<HostNetwork> = {}): HostNetwork {
  const addresses = [`${ownAddress(name)}/24`];
  return { interfaces: [{ name: 'eth0', mac: macOf(name), addresses }], ...rest };
}

export function factsOf(network: HostNetwork, rest: Partial<HostFacts> = {}): HostFacts {
  return {
    os: {
      id: 'debian',
      idLike: [],
      versionId: '12',
      prettyName: 'Debian GNU/Linux 12 (bookworm)',
      initSystem: 'systemd',
    },
    isRoot: true,
    network: networkFact(VIP).parse(networkAnswers(network, VIP)),
    httpsClients: ['curl', 'openssl'],
    api: 'answers',
    keepalived: { state: 'unknown' },
    kubernetes: { running: [], settings: [], pods: [] },
    firewall: { programs: [], chains: [] },
    offers: new Map([['keepalived', { versions: [] }]]),
    ...rest,
  };
}

/** A host that konvoy-ha has never touched. */
export function freshHost(name: string, rest: Partial<HostSnapshot> = {}): HostSnapshot {
  const recorded = { heads: [], damaged: [], foreignClusters: [] };
  return { intent: hostIntent(name), facts: factsOf(networkOf(name)), observed: NOTHING, recorded, ...rest };
}

export function hostNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `lb${index + 1}`);
}

export function freshCluster(count = 3): readonly HostSnapshot[] {
  return hostNames(count).map((name) => freshHost(name));
}

/** The same hosts after an apply, lb1 active, the others backups that hear of the VIP from lb1. */
export function appliedCluster(count = 3): readonly HostSnapshot[] {
  return applied(freshCluster(count));
}

/** Hosts after an apply of what they ask for. */
export function applied(snapshots: readonly HostSnapshot[], number = 1): readonly HostSnapshot[] {
  const desired = desiredOf(snapshots);
  return snapshots.map((snapshot, index) => {
    const { name } = snapshot.intent;
    const wanted = desired.wanted.get(name) ?? new Map<ResourceKey, Resource | undefined>();
    const neighbour = `${VIP} dev eth0 lladdr ${macOf('lb1')} REACHABLE `;
    const network = networkOf(name, index === 0 ? { holds: 'eth0' } : { neighbour });
    const keepalived = { version: '2.2.7', state: index === 0 ? ('active' as const) : ('backup' as const) };
    const latest = generationOf(snapshot, { desired, number });
    return {
      intent: snapshot.intent,
      facts: { ...snapshot.facts, network: factsOf(network).network, keepalived },
      observed: observedAfter(wanted, snapshot.observed),
      recorded: {
        latest,
        heads: [...snapshot.recorded.heads, headOf(latest)],
        damaged: [],
        foreignClusters: [],
      },
    };
  });
}

export function desiredOf(snapshots: readonly HostSnapshot[], endpoint = ENDPOINT): Desired {
  const desired = desire(intentOf(snapshots), endpoint, { snapshots, absent: [], renderer: RENDERER });
  if (!desired.ok) throw new Error(desired.error.map(({ message }) => message).join('; '));
  return desired.value;
}

/** What is there once a plan has been carried out. */
export function observedAfter(wanted: Wanted, observed: Observed): Observed {
  const after = new Map(observed);
  for (const [key, resource] of wanted) {
    const there =
      resource?.kind === 'package' ? { ...resource, version: VERSIONS[resource.name] ?? '1' } : resource;
    after.set(key, there === undefined ? { status: 'absent' } : { status: 'present', resource: there });
  }
  return after;
}

/** A host on which one resource is another than it was: edited, stopped or gone. */
export function withResource(snapshot: HostSnapshot, key: ResourceKey, seen: Observation): HostSnapshot {
  return { ...snapshot, observed: new Map([...snapshot.observed, [key, seen]]) };
}

export function withConf(snapshot: HostSnapshot, edit: (text: string) => string): HostSnapshot {
  const seen = snapshot.observed.get(CONF);
  if (seen?.status !== 'present' || seen.resource.kind !== 'file')
    throw new Error('there is no keepalived.conf');
  const content = new TextEncoder().encode(edit(textOf(seen.resource)));
  return withResource(snapshot, CONF, { status: 'present', resource: { ...seen.resource, content } });
}

/** A host that has the VIP, whatever the others have. */
export function holdingVip(snapshot: HostSnapshot): HostSnapshot {
  const { network } = factsOf(networkOf(snapshot.intent.name, { holds: 'eth0' }));
  return { ...snapshot, facts: { ...snapshot.facts, network } };
}

export function withService(
  snapshot: HostSnapshot,
  state: { enabled: boolean; running: boolean },
): HostSnapshot {
  return withResource(snapshot, SERVICE, {
    status: 'present',
    resource: { kind: 'service', name: 'keepalived', ...state },
  });
}

/** The keepalived.conf that a three-host cluster asks of one host. */
export function confText(name = 'lb1'): string {
  return fileText(desiredOf(freshCluster()).wanted.get(hostName(name)) ?? new Map(), PATHS.conf);
}

/** The text of a wanted file. */
export function fileText(wanted: Wanted, path: string): string {
  const resource = wanted.get(keyOf('file', path));
  if (resource?.kind !== 'file') throw new Error(`no file ${path} is wanted`);
  return textOf(resource);
}

export const CONF = keyOf('file', PATHS.conf);
export const SERVICE = keyOf('service', 'keepalived');

/** The text of a file. */
export function textOf(file: FileResource): string {
  return new TextDecoder().decode(file.content);
}

export function headOf({ resources, before, ...head }: Generation): GenerationHead {
  if (resources.length !== before.length) throw new Error('every resource has something that was before it');
  return head;
}

/** What an apply of `desired` leaves on a host. */
export function generationOf(
  snapshot: HostSnapshot,
  { desired, number }: { readonly desired: Desired; readonly number: number },
): Generation {
  const { name } = snapshot.intent;
  const router = desired.routers.get(name);
  if (router === undefined) throw new Error(`no router for ${name}`);
  const resources = [...(desired.wanted.get(name) ?? [])].flatMap(([, resource]) => resource ?? []);
  const before = resources.map((resource) => {
    const seen = snapshot.observed.get(resourceKey(resource));
    return { key: resourceKey(resource), ...(seen?.status === 'present' ? { resource: seen.resource } : {}) };
  });
  const known = snapshot.recorded.latest?.before ?? [];
  return {
    number,
    cluster: clusterName('prod'),
    runId: `run-${number}`,
    at: '2026-11-22T17:32:00.000Z',
    by: 'ada@laptop',
    command: 'apply',
    virtualRouter: routerRecord(router, ENDPOINT),
    resources,
    before: [...known, ...before.filter(({ key }) => !known.some((entry) => entry.key === key))],
  };
}

/** What a new Debian 12 shows under every key: nothing, and a unit that neither runs nor is enabled. */
const NOTHING: Observed = new Map<ResourceKey, Observation>([
  ...['user:keepalived_script', `directory:${PATHS.scripts}`, `file:${PATHS.live}`, `file:${PATHS.ready}`]
    .concat([`file:${PATHS.notify}`, `directory:${PATHS.dropInDirectory}`, `file:${PATHS.dropIn}`])
    .concat(['package:keepalived', CONF, `file:${PATHS.kept}`, ...FIREWALL_KEYS])
    .map((key) => [key as ResourceKey, { status: 'absent' }] as const),
  [
    SERVICE,
    { status: 'present', resource: { kind: 'service', name: 'keepalived', enabled: false, running: false } },
  ],
]);

/** Of Debian 12. */
const VERSIONS: Readonly<Record<string, string>> = {
  keepalived: '1:2.2.7-1+b2',
  haproxy: '2.6.12-1+deb12u3',
};
