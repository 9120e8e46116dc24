import { familyOf, type IpAddress } from '../../domain/address.ts';
import { shellWord, type ShellWord } from '../../domain/command.ts';
import type { KeepalivedEndpoint } from '../../domain/intent.ts';
import type { HostRouter } from '../../domain/plan.ts';
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
  /** Files that are read beside it. */
  readonly includes: readonly string[];
}

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

/**
 * The views of all templates for one host. The check scripts ask `ports` in this order, the next one where a connection
 * is refused: the way that a request takes.
 */
export function viewsOf(
  router: HostRouter,
  endpoint: KeepalivedEndpoint,
  ports: readonly number[] = [endpoint.port],
): KeepalivedViews {
  const { healthCheck } = endpoint.settings;
  const self = shellWord(urlHost(router.source));
  const urlPath = shellWord(healthCheck.path);
  const asked = { self, ports: shellWord(ports.join(' ')), urlPath };
  return {
    'keepalived.conf': confView(router, endpoint),
    'live.sh': { ...asked, peers: shellWord(router.peers.map(urlHost).join(' ')) },
    'ready.sh': {
      ...asked,
      drains: shellWord(`${PATHS.drained} ${PATHS.handover}`),
      timeoutSeconds: seconds(healthCheck.timeoutMs),
    },
    'notify.sh': { stateDirectory: shellWord(`/run/${RUNTIME_DIRECTORY}`) },
    'drop-in.conf': { runtimeDirectory: RUNTIME_DIRECTORY },
  };
}

function confView(router: HostRouter, endpoint: KeepalivedEndpoint): ConfView {
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
    includes: router.kept === undefined ? [] : [PATHS.kept],
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
