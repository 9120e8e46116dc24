import type { HostName } from '../domain/names.ts';
import type { ServiceAction } from '../domain/plan.ts';

/** What deciding an order needs to know of one host; hosts that have nothing to do count as well. */
export interface Mover {
  readonly host: HostName;
  readonly action: ServiceAction;
  /** True when the reload makes it a router of another identity, whom its peers of before do not hear. */
  readonly changesIdentity: boolean;
  /** True when keepalived, if it is active, stays so through the reload, whatever it is to its peers. */
  readonly staysActive: boolean;
  readonly holdsVip: boolean;
  readonly runs: boolean;
  readonly apiAnswers: boolean;
  /** True when it is active or a backup, not at fault, and its API server answers. */
  readonly serves: boolean;
  /** As it counts in an election: a drained host has less. */
  readonly priority: number;
}

/**
 * What kind of change it is as a whole. `plain`: some host stays what it is and the others join it. `identity`: all
 * that stay become another virtual router. `hand-over`: all that run stop, and others start. `end`: all stop.
 */
export type Course = 'nothing' | 'first-start' | 'plain' | 'identity' | 'hand-over' | 'end';

/** A host whose API answers before one whose API does not, then the highest priority: the fewest moves of the VIP. */
export function bestFirst(movers: readonly Mover[]): readonly Mover[] {
  return movers.toSorted((a, b) => Number(b.apiAnswers) - Number(a.apiAnswers) || b.priority - a.priority);
}

/** The one host that has the VIP; nobody in a split brain, where several have it. */
export function soleHolder(movers: readonly Mover[]): Mover | undefined {
  const holders = movers.filter((mover) => mover.holdsVip);
  return holders.length === 1 ? holders[0] : undefined;
}

/** Whoever has the highest priority takes the VIP in the end, unless its API server is not there and another's is. */
export function settledHolder(movers: readonly Mover[]): Mover | undefined {
  return bestFirst(movers.filter(({ action, runs }) => action === 'start' || (runs && action !== 'stop')))[0];
}

/** Who takes the VIP when its holder counts as not ready: a peer that runs on and is ready itself. */
export function caretakerOf(holder: Mover, movers: readonly Mover[]): Mover | undefined {
  return bestFirst(
    movers.filter((mover) => mover !== holder && mover.runs && mover.action !== 'stop' && mover.apiAnswers),
  )[0];
}

/** False when the live script would keep the host from becoming active: its own API is away and another's answers. */
export function canTakeOver(mover: Mover, movers: readonly Mover[]): boolean {
  return mover.apiAnswers || !movers.some((other) => other.apiAnswers);
}
