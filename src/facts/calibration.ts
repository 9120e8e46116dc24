import { probeScript, stdoutOf } from '../domain/command.ts';
import type { IpAddress } from '../domain/address.ts';
import type { Silence, Stalls } from '../domain/calibration.ts';
import type { Fact } from './fact.ts';

/** What a host says of itself and of each address that it was to ask. */
export interface Calibrated {
  readonly stalls: Stalls;
  readonly links: ReadonlyMap<string, Silence | { readonly because: string }>;
}

/**
 * Looks every 20 ms whether the time between two looks was longer than that, and asks every peer 20 times a second, for
 * `seconds`. Writes nothing; the clock is that of the kernel, which nobody sets.
 */
export function calibrationFact(seconds: number, peers: readonly IpAddress[]): Fact<Calibrated> {
  return {
    probes: [probeScript(CALIBRATE, String(seconds), String(PING_INTERVAL_MS / 1000), ...peers)],
    parse: ([result]) => parseCalibration(result === undefined ? '' : stdoutOf(result)),
  };
}

/** Reads `stalls SAMPLES WORST_MS`, `link PEER SENT ANSWERED LONGEST_MS` and `mute PEER REASON`, in any order. */
export function parseCalibration(text: string): Calibrated {
  let stalls: Stalls = { samples: 0, worstMs: 0 };
  const links = new Map<string, Silence | { readonly because: string }>();
  for (const line of text.split('\n')) {
    const [kind, first = '', ...rest] = line.split(' ');
    const numbers = rest.map(Number);
    if (kind === 'stalls') stalls = { samples: Number(first), worstMs: numbers[0] ?? 0 };
    if (kind === 'mute') links.set(first, { because: rest.join(' ') });
    if (kind === 'link') {
      const [sent = 0, answered = 0, longestMs = 0] = numbers;
      links.set(first, { sent, answered, longestMs });
    }
  }
  return { stalls, links };
}

/** Five times in the shortest advert interval of a profile. */
const PING_INTERVAL_MS = 50;

/**
 * A reply counts from when it came: its place in the row, and how long it took. What is missing at the end is silence, too.
 * `sleep 0.02` is understood by coreutils and busybox.
 */
const CALIBRATE = `LC_ALL=C; export LC_ALL
seconds=$1 every=$2; shift 2
look() { read -r up _ </proc/uptime; at=\${up%.*}\${up#*.}; }
ask() {
  command -v ping >/dev/null 2>&1 || { echo "mute $1 there is no ping"; return; }
  ping -n -i "$every" -w "$seconds" "$1" 2>&1 | awk -v peer="$1" -v every="$every" -v whole="$seconds" '
BEGIN { every *= 1000; whole *= 1000 }
/seq=[0-9]+.* time=[0-9.]+ ms/ {
  match($0, /seq=[0-9]+/); seq = substr($0, RSTART + 4, RLENGTH - 4) + 0
  match($0, /time=[0-9.]+/); came = seq * every + substr($0, RSTART + 5, RLENGTH - 5)
  if (came - last > longest) longest = came - last
  if (came > last) last = came
}
/ packets transmitted, / { sent = $1; answered = $4; known = 1 }
said == "" && !/^PING / { said = $0 }
END {
  if (!known) { print "mute " peer " " (said == "" ? "ping said nothing" : said); exit }
  if (sent * every - last > longest) longest = sent * every - last
  if (answered == 0) longest = whole
  printf "link %s %d %d %.0f\\n", peer, sent, answered, longest
}'
}
for peer; do ask "$peer" & done
look; begin=$at samples=0 worst=0
while [ $((at - begin)) -lt $((seconds * 100)) ]; do
  last=$at
  sleep 0.02
  look
  samples=$((samples + 1)) late=$((at - last - 2))
  [ "$late" -le "$worst" ] || worst=$late
done
echo "stalls $samples $((worst * 10))"
wait`;
