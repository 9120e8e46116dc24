import type { KeepalivedEndpoint } from '../../domain/intent.ts';
import type { Gate } from '../gate.ts';
import { loopbackOf } from './facts.ts';
import { balancerPort } from './layout.ts';

/** Opens when the balancer of the host reaches an API server: some HTTP status comes back through it. */
export function balanceGate(endpoint: KeepalivedEndpoint, deadlineMs: number): Gate {
  const address = `${loopbackOf(endpoint)}:${balancerPort(endpoint)}`;
  const tries = Math.ceil(deadlineMs / POLL_MS);
  return { script: BALANCES, parameters: [String(tries), address, endpoint.settings.healthCheck.path] };
}

const POLL_MS = 100;

const BALANCES = `tries=$1
while [ "$tries" -gt 0 ]; do
  if command -v curl >/dev/null 2>&1; then
    curl -ks -o /dev/null --noproxy '*' --max-time 2 "https://$2$3" && exit 0
  else
    case $(printf 'GET %s HTTP/1.0\\r\\nHost: kubernetes\\r\\n\\r\\n' "$3" |
      timeout 2 openssl s_client -quiet -connect "$2" 2>/dev/null) in HTTP/*) exit 0;; esac
  fi
  tries=$((tries - 1)); sleep 0.1
done
exit 1`;
