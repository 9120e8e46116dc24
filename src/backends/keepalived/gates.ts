import { PATHS } from './layout.ts';

/** A waiting loop that runs on the host, so that it notices within 20 ms and costs one round trip. */
export interface Gate {
  readonly script: string;
  readonly parameters: readonly string[];
}

/** Opens when the host has the VIP on an interface. */
export function ownerGate(vip: string, deadlineMs: number): Gate {
  return { script: OWNS_VIP, parameters: [String(Math.ceil(deadlineMs / POLL_MS)), vip] };
}

/** Opens when keepalived runs and has told the notify script a state that lasts. */
export function joinGate(deadlineMs: number): Gate {
  return { script: JOINED, parameters: [String(Math.ceil(deadlineMs / POLL_MS)), PATHS.state] };
}

const POLL_MS = 20;

const OWNS_VIP = `tries=$1
while [ "$tries" -gt 0 ]; do
  case $(ip -o address show) in *" $2/"*) exit 0;; esac
  tries=$((tries - 1)); sleep 0.02
done
exit 1`;

const JOINED = `tries=$1
while [ "$tries" -gt 0 ]; do
  pid=$(cat /run/keepalived.pid 2>/dev/null)
  if [ -n "$pid" ] && [ -d "/proc/$pid" ]; then
    case $(cat "$2" 2>/dev/null) in MASTER*|BACKUP*|FAULT*) exit 0;; esac
  fi
  tries=$((tries - 1)); sleep 0.02
done
exit 1`;
