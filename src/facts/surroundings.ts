import { parseIpAddress } from '../domain/address.ts';
import { probe, probeScript, stdoutOf, type Probe } from '../domain/command.ts';
import type { LinkManager, SelinuxFacts, SurroundingFacts, TunnelEnd } from '../domain/facts.ts';
import { parseInterfaceName } from '../domain/names.ts';
import type { Fact } from './fact.ts';

/** Where to look: the interface of the VIP, this host's own API server, the scripts that keepalived runs. */
export interface SurroundingsAsked {
  readonly interface: string;
  readonly address: string;
  readonly port: number;
  readonly scripts: readonly string[];
}

/** What else on a host can hurt the VIP. */
export function surroundingsFact(asked: SurroundingsAsked): Fact<SurroundingFacts> {
  return {
    probes: [
      probe('ip', '-d', '-o', 'link', 'show'),
      askLinkManager(asked.interface),
      probeScript(ASK_SELINUX, ...asked.scripts),
      probeScript(ASK_CERTIFICATE, asked.address, String(asked.port)),
    ],
    parse: (results) => {
      const [links = '', manager = '', selinux = '', served = ''] = results.map(stdoutOf);
      const linkManager = parseLinkManager(manager);
      const certificate = /^-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/.exec(served)?.[0];
      return {
        tunnels: parseTunnels(links),
        ...(linkManager === undefined ? {} : { linkManager }),
        selinux: parseSelinux(selinux),
        ...(certificate === undefined ? {} : { certificate }),
      };
    },
  };
}

/** Asks who configures an interface; the files are those below `root`. */
export function askLinkManager(device: string, root = ''): Probe {
  return probeScript(ASK_LINK_MANAGER, device, root);
}

/** Reads `ip -d -o link show`: `5: flannel.1: … vxlan id 1 local 10.0.0.5 dev eth0 …`. */
export function parseTunnels(text: string): readonly TunnelEnd[] {
  return text.split('\n').flatMap((line) => {
    const match =
      /^\d+:\s+(?<device>[^\s:@]+)(?:@[^\s:]+)?:\s.*\s(?:vxlan|geneve|gre|gretap|ipip|sit|ip6tnl|ip6gre)\s(?:.*\s)?local6? (?<local>[0-9a-fA-F.:]+)/.exec(
        line,
      )?.groups;
    const device = parseInterfaceName(match?.['device']);
    const local = parseIpAddress(match?.['local']);
    return device.ok && local.ok ? [{ interface: device.value, local: local.value }] : [];
  });
}

/** Reads what `ASK_LINK_MANAGER` prints. Of drop-ins with one name the one of the stronger folder counts, whole. */
export function parseLinkManager(text: string): LinkManager | undefined {
  const lines = text.split('\n');
  const after = (word: string): readonly string[] =>
    lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
  const [connection] = after('network-manager');
  if (connection !== undefined) return { kind: 'network-manager', connection };
  const [file] = after('networkd');
  if (file === undefined) return undefined;
  const dropIns = new Map<string, string>();
  for (const line of after('drop-in')) {
    const [path = '', ...value] = line.split(' ');
    dropIns.set(path.slice(path.lastIndexOf('/') + 1), value.join(' '));
  }
  const inOrder = [...dropIns].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
  const keeps = [...after('main'), ...inOrder].filter((value) => value !== '').at(-1);
  return { kind: 'networkd', file, ...(keeps === undefined ? {} : { keeps }) };
}

/** Reads `getenforce`, whether restorecon is there, and `ls -Z` of each script. */
export function parseSelinux(text: string): SelinuxFacts {
  const [mode = '', restorecon = '', ...rest] = text.split('\n');
  const labels = rest.flatMap((line) => {
    const match = /^[^\s:]+:[^\s:]+:(?<type>[a-z0-9_]+)\S*\s+(?<path>\/\S+)$/.exec(line.trim())?.groups;
    return match?.['type'] === undefined ? [] : [[match['path'] ?? '', match['type']] as const];
  });
  const known = { enforcing: 'enforcing', permissive: 'permissive' } as const;
  const lower = mode.toLowerCase();
  return {
    mode: lower === 'enforcing' || lower === 'permissive' ? known[lower] : 'disabled',
    canRelabel: restorecon === 'restorecon',
    labels: new Map(labels),
  };
}

/** NetworkManager says so itself; networkd keeps it in /run, which stays when it has ended. */
const ASK_LINK_MANAGER = `link=$1 root=$2
runs() {
  for comm in "$root"/proc/[0-9]*/comm; do
    name=''
    read -r name 2>/dev/null <"$comm"
    [ "$name" != "$1" ] || return 0
  done
  return 1
}
if command -v nmcli >/dev/null 2>&1 && runs NetworkManager; then
  nmcli -g GENERAL.STATE,GENERAL.CONNECTION device show "$link" 2>/dev/null | {
    read -r state; read -r connection
    case $state in "100 (connected)") printf 'network-manager %s\\n' "$connection" ;; esac
  }
fi
index=''
read -r index 2>/dev/null <"$root/sys/class/net/$link/ifindex"
state=$root/run/systemd/netif/links/$index
if [ -n "$index" ] && [ -f "$state" ] && runs systemd-network; then
  file=$(sed -n 's/^NETWORK_FILE=//p' "$state")
  keep() { sed -n 's/^[[:space:]]*KeepConfiguration[[:space:]]*=[[:space:]]*//p' "$1" | tail -n 1; }
  if [ -n "$file" ] && grep -q '^ADMIN_STATE=config' "$state"; then
    printf 'networkd %s\\nmain %s\\n' "$file" "$(keep "$root$file")"
    for folder in /lib /usr/lib /usr/local/lib /run /etc; do
      for part in "$root$folder/systemd/network/\${file##*/}.d"/*.conf; do
        [ ! -f "$part" ] || printf 'drop-in %s %s\\n' "$part" "$(keep "$part")"
      done
    done
  fi
fi
true`;

const ASK_SELINUX = `mode=$(getenforce 2>/dev/null) || mode=Disabled
echo "$mode"
if command -v restorecon >/dev/null 2>&1; then echo restorecon; else echo; fi
[ "$mode" = Disabled ] || ls -dZ -- "$@" 2>/dev/null
true`;

/** What is served to a client that names nobody, as one that comes by the VIP does. */
const ASK_CERTIFICATE = `case $1 in *:*) at="[$1]" ;; *) at=$1 ;; esac
{
  if command -v openssl >/dev/null 2>&1; then timeout 8 openssl s_client -connect "$at:$2" </dev/null 2>/dev/null
  elif command -v curl >/dev/null 2>&1; then
    curl -ks -o /dev/null -w '%{certs}' --noproxy '*' --connect-timeout 1 --max-time 8 "https://$at:$2/readyz"
  fi
} | sed -n '/^-----BEGIN CERTIFICATE-----/,/^-----END CERTIFICATE-----/p;/^-----END CERTIFICATE-----/q'`;
