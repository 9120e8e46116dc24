import type { LabHost } from '../../src/lab/host.ts';
import type { Lab } from '../../src/lab/lab.ts';

/** Who had the VIP while it was watched. */
export interface Ownership {
  /** The longest time that no host had it. */
  readonly longestNoneMs: number;
  /** The longest time that more than one host had it. */
  readonly longestSeveralMs: number;
  /** Every change in words, `at 123 ms cp1,cp2`, with the time since the start. */
  readonly course: readonly string[];
  /** When it changed hands, in milliseconds since the epoch. */
  readonly movedAt: readonly number[];
}

/**
 * Watches on every host which of them has the VIP: the kernel tells `ip monitor` of every change with its time, so
 * nothing is missed between two looks and the hosts, which share one clock, are not kept busy.
 */
export class OwnerWatch {
  readonly #lab: Lab;
  readonly #initial: readonly string[];
  readonly #startedAt = Date.now();

  private constructor(lab: Lab, initial: readonly string[]) {
    this.#lab = lab;
    this.#initial = initial;
  }

  static async start(lab: Lab): Promise<OwnerWatch> {
    const owners = await Promise.all(
      lab.hosts.map(async (host) =>
        (await script(host, START)).includes(` ${lab.vip}/`) ? [host.name] : [],
      ),
    );
    return new OwnerWatch(lab, owners.flat());
  }

  /** Watches no more and says what was seen. */
  async stop(): Promise<Ownership> {
    const seen = await Promise.all(
      this.#lab.hosts.map(async (host) => movesOf(host.name, this.#lab.vip, await script(host, STOP))),
    );
    const moves = seen.flat().map((move) => ({ ...move, atMs: move.atMs - this.#startedAt }));
    const ownership = ownershipOf(
      this.#initial,
      moves.toSorted((one, other) => one.atMs - other.atMs),
    );
    return { ...ownership, movedAt: seen.flat().map(({ atMs }) => atMs) };
  }
}

interface Move {
  readonly atMs: number;
  readonly host: string;
  readonly owns: boolean;
}

/** Reads `[2026-11-22T18:30:40.123456] Deleted 4: eth0    inet 10.77.0.100/32 …`. */
function movesOf(host: string, vip: string, text: string): readonly Move[] {
  return text.split('\n').flatMap((line) => {
    const [, seconds, fraction, words = ''] = /^\[([^.\]]+)(\.\d+)\]\s*(.*)$/.exec(line) ?? [];
    if (seconds === undefined || !words.includes(` ${vip}/`)) return [];
    const atMs = Date.parse(`${seconds}Z`) + Number(fraction) * 1000;
    return [{ atMs, host, owns: !words.startsWith('Deleted') }];
  });
}

function ownershipOf(initial: readonly string[], moves: readonly Move[]): Omit<Ownership, 'movedAt'> {
  const owners = new Set(initial);
  const course = [`at first ${initial.join() || 'none'}`];
  let [longestNoneMs, longestSeveralMs] = [0, 0];
  moves.forEach(({ atMs, host, owns }, index) => {
    if (owns) owners.add(host);
    else owners.delete(host);
    course.push(`at ${atMs.toFixed(1)} ms ${[...owners].toSorted().join() || 'none'}`);
    // What holds after the last move is for the test to look at: it has no end yet.
    const lastedMs = (moves[index + 1]?.atMs ?? atMs) - atMs;
    if (owners.size === 0) longestNoneMs = Math.max(longestNoneMs, lastedMs);
    if (owners.size > 1) longestSeveralMs = Math.max(longestSeveralMs, lastedMs);
  });
  return { longestNoneMs, longestSeveralMs, course };
}

async function script(host: LabHost, text: string): Promise<string> {
  const { exitCode, stdout, stderr } = await host.exec(['sh', '-euc', text]);
  if (exitCode !== 0) throw new Error(`${host.name}: cannot watch addresses: ${stderr}`);
  return stdout;
}

/** Returns when the watcher has been seen to watch, with the addresses that were there before. */
const START = `rm -f /tmp/vip-owners
TZ=UTC ip -ts -o monitor address >/tmp/vip-owners 2>&1 </dev/null & echo $! >/tmp/vip-owners.pid
tries=0
until grep -q 127.77.77.77 /tmp/vip-owners; do
  [ $tries -lt 100 ] || { cat /tmp/vip-owners >&2; exit 1; }
  ip address add 127.77.77.77/32 dev lo; ip address delete 127.77.77.77/32 dev lo
  tries=$((tries + 1)); sleep 0.02
done
ip -o address show`;

const STOP = `sleep 0.1
kill "$(cat /tmp/vip-owners.pid)"
cat /tmp/vip-owners
rm -f /tmp/vip-owners /tmp/vip-owners.pid`;
