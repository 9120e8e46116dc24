import type { Advert, Listening } from '../domain/advert.ts';
import { probeScript, stdoutOf } from '../domain/command.ts';
import type { InterfaceName } from '../domain/names.ts';
import { activeDownIntervalMs } from '../domain/vrrp.ts';
import type { Fact } from './fact.ts';
import { PERL, PYTHON } from './listeners.ts';
import { parseFrame } from './vrrp-frame.ts';

/**
 * How long a host listens: as long as a backup of the default priority waits before it believes that nobody is there
 * (three adverts of the default interval and its skew, RFC 9568 §6.1). An active that speaks each second is heard though
 * two of its adverts are lost; one of version 2 may speak every 255 s, and nobody waits for that.
 */
export const LISTEN_MS = activeDownIntervalMs(1000, 100);

/** The other routers that are heard on an interface. Changes nothing on the host and needs no package. */
export function advertsFact(device: InterfaceName): Fact<Listening> {
  return {
    probes: [probeScript(LISTEN, device, String(LISTEN_MS / 1000), PYTHON, PERL)],
    parse: ([result]) => parseListening(result === undefined ? '' : stdoutOf(result)),
  };
}

/** Reads `by PROGRAM` and a frame in each line after it, or `deaf REASON`. */
export function parseListening(text: string): Listening {
  const [head = '', ...frames] = text.split('\n');
  const [word, ...rest] = head.split(' ');
  if (word !== 'by') {
    const because = word === 'deaf' ? rest.join(' ') : 'the programs that could have did not end well';
    return { kind: 'deaf', because };
  }
  return {
    kind: 'listened',
    by: rest.join(' '),
    adverts: frames.flatMap((line): readonly Advert[] => {
      const advert = /^(?:[0-9a-f]{2})+$/.test(line) ? parseFrame(Buffer.from(line, 'hex')) : undefined;
      return advert === undefined ? [] : [advert];
    }),
  };
}

/**
 * Tries what there is, the next when one fails. tcpdump comes last: it makes the interface promiscuous while it runs, because
 * it cannot join a group.
 */
const LISTEN = `device=$1 seconds=$2 python=$3 perl=$4 tried=
has() { command -v "$1" >/dev/null 2>&1; }
heard() { echo "by $1"; [ -z "$frames" ] || printf '%s\\n' "$frames"; exit 0; }
for program in python3 /usr/libexec/platform-python; do
  has "$program" || continue
  frames=$("$program" -I -c "$python" "$device" "$seconds" 2>/dev/null) && heard "$program"
  tried="$tried $program"
done
if has perl; then
  frames=$(perl -e "$perl" "$device" "$seconds" 2>/dev/null) && heard perl
  tried="$tried perl"
fi
if has tcpdump && has timeout; then
  said=$(timeout "$((\${seconds%.*} + 1))" tcpdump -n -l -xx -s 1600 -c 128 -i "$device" 'ip proto 112 or ip6 proto 112' 2>&1)
  frames=$(printf '%s\\n' "$said" | awk '/^\\t0x0000:/ { if (frame) print frame; frame = "" }
/^\\t0x/ { sub(/^[^:]*:/, ""); gsub(/[^0-9a-f]/, ""); frame = frame $0 } END { if (frame) print frame }')
  case $said in *"listening on $device, link-type EN10MB"*) heard tcpdump;; esac
  tried="$tried tcpdump"
fi
if [ -n "$tried" ]; then echo "deaf \${tried# } could not listen on $device"
else echo 'deaf neither python3, perl nor tcpdump is there'
fi`;
