import { probe, probeScript, stdoutOf } from '../../domain/command.ts';
import { familyOf } from '../../domain/address.ts';
import type { BalancerFacts } from '../../domain/facts.ts';
import type { KeepalivedEndpoint } from '../../domain/intent.ts';
import type { Fact } from '../../facts/fact.ts';
import { balancerPort, TABLE } from './layout.ts';

/** Whether the balancer of a host listens, is given what reaches the VIP, and reaches an API server. */
export function balancerFact(endpoint: KeepalivedEndpoint): Fact<BalancerFacts> {
  const port = balancerPort(endpoint);
  const { path } = endpoint.settings.healthCheck;
  return {
    probes: [
      probe('cat', '/proc/net/tcp', '/proc/net/tcp6'),
      probeScript('nft list table inet "$1" 2>/dev/null; true', TABLE),
      probeScript(ASK_BALANCER, `${loopbackOf(endpoint)}:${port}`, path),
    ],
    parse: ([sockets, rules, asked]) => {
      const [listed, table, said] = [sockets, rules, asked].map((result) =>
        result === undefined ? '' : stdoutOf(result),
      );
      const answer = /^[1-5]\d\d$/.exec(said?.trim() ?? '')?.[0];
      return {
        port,
        listens: isListening(listed ?? '', port),
        redirects: new RegExp(`dnat ip6? to \\S+:${port}\\b`).test(table ?? ''),
        ...(answer === undefined ? {} : { answer: Number(answer) }),
      };
    },
  };
}

/** Where a host asks its own balancer, which listens on every address of the families that VIPs have. */
export function loopbackOf({ vip }: KeepalivedEndpoint): string {
  return familyOf(vip) === 4 ? '127.0.0.1' : '[::1]';
}

/** Lines of proc_net_tcp(5): the local address ends with the port in hexadecimal digits; state 0A is LISTEN. */
function isListening(sockets: string, port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} [0-9A-F]+:0000 0A `, 'm').test(sockets);
}

const ASK_BALANCER = `if command -v curl >/dev/null 2>&1; then
  curl -ks -o /dev/null -w '%{http_code}' --noproxy '*' --max-time 2 "https://$1$2"
else
  printf 'GET %s HTTP/1.0\\r\\nHost: kubernetes\\r\\n\\r\\n' "$2" | timeout 2 openssl s_client -quiet -connect "$1" 2>/dev/null |
    sed -n '1s#^HTTP/[0-9.]* \\([0-9][0-9][0-9]\\).*#\\1#p'
fi; true`;
