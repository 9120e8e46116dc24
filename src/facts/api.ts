import { probeScript, stdoutOf } from '../domain/command.ts';
import type { ApiState } from '../domain/facts.ts';
import type { Fact } from './fact.ts';

/** Whether this host's own API server answers on `port`, asked at the first address that routes towards the VIP. */
export function apiFact(vip: string, port: number): Fact<ApiState> {
  return {
    probes: [probeScript(ASK_OWN_API, vip, String(port))],
    parse: ([result]) => {
      const text = result === undefined ? '' : stdoutOf(result).trim();
      return text === 'answers' || text === 'refuses' ? text : 'silent';
    },
  };
}

/**
 * The source address of the route to the VIP is the host's own. On the holder it is the VIP, which may lead to another
 * host's API server: there it is the first address of that interface that is no VIP, by its prefix.
 */
const ASK_OWN_API = `own=$(ip route get "$1" 2>/dev/null | sed -n 's/.* src \\([^ ]*\\).*/\\1/p;q')
if [ "$own" = "$1" ]; then
  family=inet; case $own in *:*) family=inet6;; esac
  all=$(ip -o -f "$family" address show scope global 2>/dev/null |
    sed -n 's/^[0-9]*: *\\([^ ]*\\) .*inet6* \\([^ /]*\\)\\/\\([0-9]*\\) .*/\\1 \\3 \\2/p')
  on=$(printf '%s\\n' "$all" | while read -r dev length address; do [ "$address" != "$1" ] || echo "$dev"; done)
  beside=$(printf '%s\\n' "$all" | while read -r dev length address; do
    case $dev/$length in "$on"/32|"$on"/128) ;; "$on"/*) echo "$address"; break;; esac
  done)
  own=\${beside:-$own}
fi
case $own in *:*) own="[$own]";; '') own=127.0.0.1;; esac
if command -v curl >/dev/null 2>&1; then
  curl -ks -o /dev/null --noproxy '*' --connect-timeout 1 --max-time 2 "https://$own:$2/readyz"
  case $? in 0) echo answers;; 7) echo refuses;; *) echo silent;; esac
elif command -v openssl >/dev/null 2>&1; then
  out=$(printf 'GET /readyz HTTP/1.0\\r\\nHost: %s\\r\\n\\r\\n' "$own" | timeout 2 openssl s_client -quiet -connect "$own:$2" 2>&1)
  case $out in *HTTP/*) echo answers;; *[Rr]efused*|*errno=111*) echo refuses;; *) echo silent;; esac
else echo silent
fi`;
