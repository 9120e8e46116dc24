import { SERVICE } from '../backends/keepalived/layout.ts';
import { familyOf } from '../domain/address.ts';
import { mutate, mutateScript, probe, type Mutation, type Probe } from '../domain/command.ts';
import type { Fault } from '../domain/drill.ts';
import type { HostIntent, KeepalivedEndpoint } from '../domain/intent.ts';
import type { Platform } from '../platform/platform.ts';

/** A fault as it is made and as it is ended; ending it twice does no harm. */
export interface FaultScripts {
  readonly begin: readonly Mutation[];
  readonly end: readonly Mutation[];
  /** Ends with 0 where the fault can be made. */
  readonly needs?: Probe;
  /** Milliseconds for which all has to be calm before it. */
  readonly calmMs: number;
}

/** What makes a host fail. */
export function faultScripts(
  fault: Fault,
  { intent, endpoint, platform }: { intent: HostIntent; endpoint: KeepalivedEndpoint; platform: Platform },
): FaultScripts {
  const { services } = platform;
  switch (fault) {
    case 'stop':
      return { begin: [services.stop(SERVICE)], end: [services.start(SERVICE)], calmMs: CALM_MS };
    case 'kill':
      return { begin: [services.kill(SERVICE)], end: [services.start(SERVICE)], calmMs: CALM_MS };
    case 'api':
      return filtering(inputOnly(`tcp dport ${endpoint.port} reject with tcp reset`));
    case 'api-hang':
      return filtering(inputOnly(`tcp dport ${endpoint.port} drop`));
    case 'partition':
      return { ...filtering(partition(endpoint, intent.target.port)), calmMs: ANNOUNCED_MS };
  }
}

function filtering(rules: string): FaultScripts {
  return {
    calmMs: CALM_MS,
    needs: probe('sh', '-c', 'command -v nft >/dev/null'),
    begin: [{ ...mutate('nft', '-f', '-'), stdin: new TextEncoder().encode(rules) }],
    end: [mutateScript(END_FILTERING, TABLE)],
  };
}

/** How the VIP answers when all is well. */
const CALM_MS = 1000;

/**
 * keepalived announces the VIP a second time five seconds after it has taken it (vrrp_garp_master_delay), past every filter of the
 * kernel's: from a host that is cut off by then, it would lead clients there.
 */
const ANNOUNCED_MS = 6000;

const TABLE = 'konvoy_ha_drill';

/** Before what a firewall of the host's does (priority 0), and without any effect on what that lets through. */
function inputOnly(rule: string): string {
  return `table inet ${TABLE} {
  chain input {
    type filter hook input priority -10; policy accept;
    ${rule}
  }
}
`;
}

/** Neighbour discovery (58 is ICMPv6, which nft knows by name only where /etc/protocols is) stays, or SSH over IPv6 would not outlive its neighbour entries; of IPv4, only the VIP is silent. */
function partition({ vip }: KeepalivedEndpoint, sshPort: number): string {
  const arp = `table arp ${TABLE} {
  chain input {
    type filter hook input priority 0; policy accept;
    arp daddr ip ${vip} drop
  }
  chain output {
    type filter hook output priority 0; policy accept;
    arp saddr ip ${vip} drop
  }
}
`;
  return `table inet ${TABLE} {
  chain input {
    type filter hook input priority -10; policy drop;
    iif lo accept
    tcp dport ${sshPort} accept
    meta l4proto 58 accept
  }
  chain output {
    type filter hook output priority -10; policy drop;
    oif lo accept
    tcp sport ${sshPort} accept
    meta l4proto 58 accept
  }
}
${familyOf(vip) === 4 ? arp : ''}`;
}

// ARP first: an active that hears another one announces the VIP at once, and that must not get lost.
const END_FILTERING = 'nft delete table arp "$1" 2>/dev/null; nft delete table inet "$1" 2>/dev/null; true';
