import { probeScript, stdoutOf } from '../../domain/command.ts';
import type { IpvsFacts, IpvsServer, IpvsService } from '../../domain/facts.ts';
import type { KeepalivedEndpoint } from '../../domain/intent.ts';
import { vipsOf } from '../../domain/intent.ts';
import type { Fact } from '../../facts/fact.ts';
import { MODULES, TABLE } from './layout.ts';

/** Whether the kernel of a host can balance, what it balances now, and who else would have a hand in that. */
export function ipvsFact(endpoint: KeepalivedEndpoint): Fact<IpvsFacts> {
  return {
    probes: [
      probeScript(MISSING_MODULES, ...MODULES),
      probeScript('cat /proc/net/ip_vs 2>/dev/null; true'),
      probeScript('nft list table ip "$1" 2>/dev/null; true', TABLE),
      probeScript(KUBE_PROXY),
    ],
    parse: (results) => {
      const [missing = '', services = '', table = '', proxy = ''] = results.map(stdoutOf);
      return {
        missingModules: missing.split('\n').filter((name) => name !== ''),
        services: servicesIn(services),
        masquerades: vipsOf(endpoint).every((vip) => table.includes(`ip daddr ${vip} `)),
        ...reconcilerIn(proxy),
      };
    },
  };
}

/** Lines of /proc/net/ip_vs: a service, then its servers, addresses and ports in hexadecimal digits; IPv4 only. */
export function servicesIn(table: string): readonly IpvsService[] {
  const services: (IpvsService & { servers: IpvsServer[] })[] = [];
  for (const line of table.split('\n')) {
    const service = /^TCP +([0-9A-F]{8}):([0-9A-F]{4}) /.exec(line);
    if (service !== null) services.push({ ...socketOf(service), servers: [] });
    // Of another protocol or family: what follows is not ours to read.
    else if (/^[A-Z]/.test(line)) services.push({ address: '', port: 0, servers: [] });
    const server = /^ +-> ([0-9A-F]{8}):([0-9A-F]{4}) +\S+ +(\d+)/.exec(line);
    if (server !== null)
      services.at(-1)?.servers.push({ ...socketOf(server), weight: Number(server[3] ?? '0') });
  }
  return services.filter(({ address }) => address !== '');
}

function socketOf([, address = '', port = '']: readonly string[]): {
  readonly address: string;
  readonly port: number;
} {
  const bytes = address.match(/../g) ?? [];
  return {
    address: bytes.map((byte) => Number.parseInt(byte, 16)).join('.'),
    port: Number.parseInt(port, 16),
  };
}

/** First the interfaces of those who manage IPVS, then what a kube-proxy was started with and the file that it reads. */
function reconcilerIn(said: string): Pick<IpvsFacts, 'reconciler' | 'excluded'> {
  const reconciler = /^(kube-proxy|kube-router)$/m.exec(said)?.[1];
  const lists = [
    ...said.matchAll(/^--ipvs-exclude-cidrs(?:=|\n)(.*)$/gm),
    // A list in YAML, in brackets or line by line.
    ...said.matchAll(/^\s*excludeCIDRs:((?:.*\n)(?:\s*- .*\n)*)/gm),
  ];
  const excluded = lists.flatMap(([, list = '']) => list.match(/[\d.]+\/\d+/g) ?? []);
  return { ...(reconciler === undefined ? {} : { reconciler }), excluded };
}

/** A module that is built in is in /sys/module, too; `-n` loads nothing. */
const MISSING_MODULES = `for name in "$@"; do
  [ -d "/sys/module/$name" ] || modprobe -n -q -- "$name" 2>/dev/null || echo "$name"
done`;

/** In IPVS mode both have an interface that holds the addresses of all services (k8s pkg/proxy/ipvs, kube-router). */
const KUBE_PROXY = `[ ! -d /sys/class/net/kube-ipvs0 ] || echo kube-proxy
[ ! -d /sys/class/net/kube-dummy-if ] || echo kube-router
for dir in /proc/[0-9]*; do
  read -r name 2>/dev/null <"$dir/comm" || continue
  [ "$name" = kube-proxy ] || continue
  words=$(tr '\\0' '\\n' 2>/dev/null <"$dir/cmdline")
  printf '%s\\n' "$words"
  config=$(printf '%s\\n' "$words" | sed -n 's/^--config=//p')
  [ -z "$config" ] || cat "$dir/root$config" 2>/dev/null
done; true`;
