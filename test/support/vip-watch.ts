import type { Lab } from '../../src/lab/lab.ts';
import { CpuContention } from './cpu-contention.ts';
import { useWords, VipClient, type VipUse } from './vip-client.ts';
import { OwnerWatch, type Ownership } from './vip-owners.ts';

/** What clients and hosts saw of the VIP while something was done. */
export interface Watched {
  readonly use: VipUse;
  readonly owners: Ownership;
  /** Requests whose first SYN was lost although the VIP was not changing hands. */
  readonly lostOnTheWay: number;
  /** By how much a busy machine stretched all times, from 1 to 20. */
  readonly stretch: number;
  /** All of it in words. */
  readonly words: string;
}

/** Watches the VIP from the hosts and as a client while `work` is done. */
export async function watchedVip(lab: Lab, work: () => Promise<unknown>): Promise<Watched> {
  const contention = await CpuContention.start();
  const watch = await OwnerWatch.start(lab);
  await using client = await VipClient.start(lab);
  await work();
  const [use, owners, stretch] = [await client.stop(), await watch.stop(), await contention.stretch()];
  const times = `no owner for ${owners.longestNoneMs.toFixed(1)} ms, several for ${owners.longestSeveralMs.toFixed(1)} ms`;
  const busy = `times stretched ${stretch.toFixed(1)} times`;
  const atMove = (at: number): boolean =>
    owners.movedAt.some(
      (moved) => at > moved - BEFORE_MOVE_MS * stretch && at < moved + AFTER_MOVE_MS * stretch,
    );
  const lostOnTheWay = use.lateAt.filter((at) => !atMove(at)).length;
  return {
    use,
    owners,
    lostOnTheWay,
    stretch,
    words: [times, busy, ...owners.course, useWords(use)].join('\n'),
  };
}

/** From a request to its SYN on the host: more than the time that nobody may have the VIP. */
const BEFORE_MOVE_MS = 100;
/** From a move until a switch has heard of it. */
const AFTER_MOVE_MS = 50;

/** The hosts that had the VIP alone, one after the other. */
export function stationsOf({ owners }: Watched): readonly string[] {
  const alone = owners.course
    .map((words) => words.split(' ').at(-1) ?? '')
    .filter((names) => names !== 'none' && !names.includes(','));
  return alone.filter((name, index) => name !== alone[index - 1]);
}

/** The line of a change in a table: what clients saw, and for how long nobody or several had the VIP. */
export function changeRow(title: string, { use, owners, ...seen }: Watched): string {
  const numbers = [
    `${use.requests} requests, ${use.refused} turned away, ${seen.lostOnTheWay} late outside of a move, ${use.cut} cut`,
    `two owners ${owners.longestSeveralMs.toFixed(1)} ms, none ${owners.longestNoneMs.toFixed(1)} ms`,
  ];
  return `${title.padEnd(28)} ${stationsOf({ use, owners, ...seen })
    .join(' > ')
    .padEnd(16)} ${numbers.join('; ')}`;
}
