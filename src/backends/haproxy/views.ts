import { familyOf, formatEndpoint, type IpAddress } from '../../domain/address.ts';
import { vipsOf, type KeepalivedEndpoint } from '../../domain/intent.ts';
import type { HostRouter } from '../../domain/plan.ts';
import { balancerPort, PATHS, SERVICE, TABLE, USER } from './layout.ts';

/** What each template needs, complete and formatted: no field is optional. */
export interface HaproxyViews {
  readonly 'haproxy.cfg': HaproxyView;
  readonly 'redirect.nft': RedirectView;
  readonly 'haproxy.service': UnitView;
}

export interface HaproxyView {
  readonly socket: string;
  readonly checkTimeoutMs: number;
  readonly binds: readonly string[];
  readonly path: string;
  /** Whether an API server that is not ready keeps the connections that it has; haproxy 2.2 cannot tell it from a dead one. */
  readonly sparesUnready: boolean;
  readonly intervalMs: number;
  readonly fall: number;
  readonly rise: number;
  /** Name and `address:port` of every API server. */
  readonly servers: readonly string[];
}

export interface RedirectView {
  readonly table: string;
  /** One for every VIP: which packets, and where to. */
  readonly translations: readonly string[];
}

export interface UnitView {
  readonly user: string;
  readonly runtimeDirectory: string;
  readonly openFiles: number;
  readonly conf: string;
  readonly redirect: string;
  readonly table: string;
}

/** The views of all templates; on every host with one version of haproxy the same. */
export function viewsOf(
  { source, peers }: HostRouter,
  endpoint: KeepalivedEndpoint,
  version?: string,
): HaproxyViews {
  const { healthCheck } = endpoint.settings;
  const families = new Set(vipsOf(endpoint).map(familyOf));
  const port = balancerPort(endpoint);
  return {
    'haproxy.cfg': {
      socket: `/run/${SERVICE}/admin.sock`,
      checkTimeoutMs: healthCheck.timeoutMs,
      // Two sockets: a kernel without IPv6 could not open one for both families.
      binds: [...(families.has(4) ? [`:${port}`] : []), ...(families.has(6) ? [`[::]:${port} v6only`] : [])],
      path: healthCheck.path,
      sparesUnready: !isBefore24(version),
      intervalMs: healthCheck.intervalMs,
      fall: healthCheck.fall,
      rise: healthCheck.rise,
      // Sorted: the order of the inventory must not change a byte of any file.
      servers: [source, ...peers]
        .toSorted()
        .map((address) => `${address} ${formatEndpoint({ host: address, port: endpoint.port })}`),
    },
    'redirect.nft': {
      table: TABLE,
      translations: vipsOf(endpoint).map((vip) => translation(vip, endpoint.port, port)),
    },
    'haproxy.service': {
      user: USER,
      runtimeDirectory: SERVICE,
      openFiles: OPEN_FILES,
      conf: PATHS.conf,
      redirect: PATHS.redirect,
      table: TABLE,
    },
  };
}

/**
 * Only the first packet of a connection: where nothing else has the kernel track connections, those that are open when the
 * rules come would look new to it. To another port of the VIP, and not `redirect`, which takes the address of the interface that the packet came in by:
 * Calico's interfaces of pods have none, and the kernel would drop the packet.
 */
function translation(vip: IpAddress, port: number, to: number): string {
  const family = familyOf(vip) === 4 ? 'ip' : 'ip6';
  const target = formatEndpoint({ host: vip, port: to });
  return `${family} daddr ${vip} tcp dport ${port} tcp flags & (syn | ack) == syn dnat ${family} to ${target}`;
}

/** 2.2 takes no `error-status L7OKC`; seen with 2.2.9 of Debian 11. 2.4 of the documentation does, and 2.6 was tried. */
function isBefore24(version: string | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  return version !== undefined && (major < 2 || (major === 2 && minor < 4));
}

/** Two for each connection; haproxy takes as many connections as that allows, or as a host allows that allows less. */
const OPEN_FILES = 65_536;
