import { familyOf, type IpAddress } from '../../domain/address.ts';
import { shellWord, type ShellWord } from '../../domain/command.ts';
import { vipsOf, type KeepalivedEndpoint } from '../../domain/intent.ts';
import type { HostRouter } from '../../domain/plan.ts';
import { PATHS as IPVS_PATHS, SCHEDULER } from '../ipvs/layout.ts';
import { INSTANCE, PATHS, READY_WEIGHT, RUNTIME_DIRECTORY, SCRIPT_USER } from './layout.ts';

/** What each template needs, complete and formatted: no field is optional. */
export interface KeepalivedViews {
  readonly 'keepalived.conf': ConfView;
  readonly 'live.sh': LiveView;
  readonly 'ready.sh': ReadyView;
  readonly 'notify.sh': NotifyView;
  readonly 'drop-in.conf': DropInView;
}

export interface ConfView {
  readonly routerId: string;
  readonly scriptUser: string;
  readonly liveScript: string;
  readonly liveTimeoutSeconds: number;
  readonly readyScript: string;
  readonly readyIntervalSeconds: number;
  readonly readyTimeoutSeconds: number;
  readonly readyFall: number;
  readonly readyRise: number;
  readonly readyWeight: number;
  readonly instance: string;
  readonly interface: string;
  readonly vrid: number;
  readonly priority: number;
  readonly advertIntervalSeconds: string;
  readonly unicast: boolean;
  readonly source: string;
  readonly peers: readonly string[];
  readonly vipPrefix: string;
  /** Of the additional VIPs, which no advert names: they can come and go while the instance runs. */
  readonly otherVipPrefixes: readonly string[];
  readonly notifyScript: string;
  /** Address and port of every VIP whose connections the kernel spreads; empty unless it does. */
  readonly virtualServers: readonly string[];
  /** Address and port of every API server; empty likewise. */
  readonly realServers: readonly string[];
  readonly scheduler: string;
  readonly serverScript: string;
  readonly serverIntervalSeconds: number;
  readonly serverTimeoutSeconds: number;
  readonly serverRetries: number;
  readonly connectTimeoutSeconds: number;
}

type ServersView = Pick<
  ConfView,
  | 'virtualServers'
  | 'realServers'
  | 'scheduler'
  | 'serverScript'
  | 'serverIntervalSeconds'
  | 'serverTimeoutSeconds'
  | 'serverRetries'
  | 'connectTimeoutSeconds'
>;

export interface LiveView {
  readonly self: ShellWord;
  readonly peers: ShellWord;
  readonly ports: ShellWord;
  readonly urlPath: ShellWord;
}

export interface ReadyView {
  /** Files of which one is enough to make the host not ready. */
  readonly drains: ShellWord;
  readonly self: ShellWord;
  readonly ports: ShellWord;
  readonly urlPath: ShellWord;
  readonly timeoutSeconds: string;
}

export interface NotifyView {
  readonly stateDirectory: ShellWord;
}

export interface DropInView {
  readonly runtimeDirectory: string;
}

/** What a balancer changes for keepalived. */
export interface Balancing {
  /** What the check scripts ask of every host, the next one where a connection is refused: the way that a request takes. */
  readonly ports: readonly number[];
  /** What a host asks of itself before its own address. */
  readonly through: readonly IpAddress[];
  /** Whether keepalived tells the kernel of the API servers. */
  readonly byKernel: boolean;
}

/** The views of all templates for one host. */
export function viewsOf(
  router: HostRouter,
  endpoint: KeepalivedEndpoint,
  { ports, through, byKernel }: Balancing = unbalanced(endpoint),
): KeepalivedViews {
  const { healthCheck } = endpoint.settings;
  const self = shellWord([...through, router.source].map(urlHost).join(' '));
  const urlPath = shellWord(healthCheck.path);
  const asked = { self, ports: shellWord(ports.join(' ')), urlPath };
  return {
    'keepalived.conf': { ...confView(router, endpoint), ...serversView(router, endpoint, byKernel) },
    'live.sh': { ...asked, peers: shellWord(router.peers.map(urlHost).join(' ')) },
    'ready.sh': {
      ...asked,
      drains: shellWord(`${PATHS.drain} ${PATHS.handover}`),
      timeoutSeconds: seconds(healthCheck.timeoutMs),
    },
    'notify.sh': { stateDirectory: shellWord(`/run/${RUNTIME_DIRECTORY}`) },
    'drop-in.conf': { runtimeDirectory: RUNTIME_DIRECTORY },
  };
}

/** Where nothing balances: the API server of the host itself answers. */
export function unbalanced({ port }: KeepalivedEndpoint): Balancing {
  return { ports: [port], through: [], byKernel: false };
}

function confView(router: HostRouter, endpoint: KeepalivedEndpoint): Omit<ConfView, keyof ServersView> {
  const { healthCheck, advertIntervalMs, mode } = endpoint.settings;
  return {
    routerId: router.host,
    scriptUser: SCRIPT_USER,
    liveScript: PATHS.live,
    liveTimeoutSeconds: LIVE_TIMEOUT_SECONDS,
    readyScript: PATHS.ready,
    readyIntervalSeconds: healthCheck.intervalMs / 1000,
    // One second more than the script's own limit: the script is to answer, not to be killed.
    readyTimeoutSeconds: Math.ceil(healthCheck.timeoutMs / 1000) + 1,
    readyFall: healthCheck.fall,
    readyRise: healthCheck.rise,
    readyWeight: READY_WEIGHT,
    instance: INSTANCE,
    interface: router.interface,
    vrid: router.vrid,
    priority: router.priority,
    advertIntervalSeconds: seconds(advertIntervalMs),
    // A peer list that is empty makes keepalived <= 2.2.4 fall back to multicast silently; alone, we say so ourselves.
    unicast: mode === 'unicast' && router.peers.length > 0,
    source: router.source,
    peers: router.peers,
    vipPrefix: onePrefix(endpoint.vip),
    otherVipPrefixes: endpoint.settings.additionalVips.map(onePrefix),
    notifyScript: PATHS.notify,
  };
}

function serversView(
  { source, peers }: HostRouter,
  endpoint: KeepalivedEndpoint,
  byKernel: boolean,
): ServersView {
  const { healthCheck } = endpoint.settings;
  const at = (address: IpAddress): string => `${address} ${endpoint.port}`;
  return {
    virtualServers: byKernel ? vipsOf(endpoint).map(at) : [],
    // Sorted: the order of the inventory must not change a byte of any file.
    realServers: byKernel ? [source, ...peers].toSorted().map(at) : [],
    scheduler: SCHEDULER,
    serverScript: IPVS_PATHS.server,
    serverIntervalSeconds: healthCheck.intervalMs / 1000,
    // Its own question, then one to all others; and one second more: the script is to answer, not to be killed.
    serverTimeoutSeconds: Math.ceil((2 * healthCheck.timeoutMs) / 1000) + 1,
    serverRetries: healthCheck.fall - 1,
    connectTimeoutSeconds: Math.ceil(healthCheck.timeoutMs / 1000),
  };
}

/** /32 and /128: a longer prefix would make the VIP a candidate for the source of the host's own connections. */
function onePrefix(vip: IpAddress): string {
  return `${vip}/${familyOf(vip) === 4 ? 32 : 128}`;
}

function urlHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function seconds(milliseconds: number): string {
  return String(milliseconds / 1000);
}

/** Own question and the peers' in parallel take at most 2 s; a script that keepalived kills counts as failed. */
const LIVE_TIMEOUT_SECONDS = 5;
