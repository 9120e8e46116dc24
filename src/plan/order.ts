import type { HostName } from '../domain/names.ts';
import type { Activation, ServiceAction, Wave } from '../domain/plan.ts';

/** What deciding an order needs to know of one host. */
export interface Mover {
  readonly host: HostName;
  readonly action: ServiceAction;
  /** True when the reload makes it a router of another identity, which is elected anew. */
  readonly changesIdentity: boolean;
  readonly holdsVip: boolean;
  readonly runs: boolean;
  readonly apiAnswers: boolean;
  readonly priority: number;
}

/**
 * The order in which hosts become active. Pure, and the same for apply, rollback, undo and destroy: what matters is
 * what each service has to do, not why.
 */
export function orderActivation(movers: readonly Mover[], advertIntervalMs: number): Activation {
  const settled = settlesOn(movers);
  return { ...orderOf(movers, advertIntervalMs), ...(settled === undefined ? {} : { settlesOn: settled }) };
}

/** Whoever has the highest priority takes the VIP in the end, unless its API server is not there and another's is. */
function settlesOn(movers: readonly Mover[]): HostName | undefined {
  const running = movers.filter(({ action, runs }) => action === 'start' || (runs && action !== 'stop'));
  return bestFirst(running)[0]?.host;
}

function orderOf(movers: readonly Mover[], advertIntervalMs: number): Activation {
  const stops = movers.filter((mover) => mover.action === 'stop');
  const reloads = movers.filter((mover) => mover.action === 'reload');
  const starts = movers.filter((mover) => mover.action === 'start');
  if (stops.length > 0) return withStops(stops, reloads);
  if (reloads.length === 0 && starts.length === 0) return NOTHING;
  if (!movers.some((mover) => mover.runs)) return firstStart(starts);
  // A running host that keeps its identity is one that the others join; only when all leave it is it a new one.
  const identity = movers.every((mover) => !mover.runs || mover.changesIdentity);
  const first = identity ? identityWaves(reloads, movers) : plainWaves(reloads);
  // A peer that is not in the others' lists yet would hear nobody and become a second active: it starts last.
  const waves = [...first, ...(starts.length > 0 ? [wave(starts, 'joined')] : [])];
  return {
    waves,
    because: reason(identity, reloads, starts),
    prediction: predict(identity, reloads, { advertIntervalMs, movers }),
  };
}

const NOTHING: Activation = {
  waves: [],
  because: 'no service has to do anything',
  prediction: 'the VIP stays where it is',
};

function firstStart(starts: readonly Mover[]): Activation {
  const [first, ...rest] = bestFirst(starts);
  return {
    waves: [
      ...(first === undefined ? [] : [wave([first], 'owns-vip')]),
      ...(rest.length > 0 ? [wave(rest, 'joined')] : []),
    ],
    because: 'keepalived runs nowhere yet: one host takes the VIP, then the others join as backups',
    prediction: first === undefined ? 'nothing happens' : `the VIP appears on ${first.host}`,
  };
}

/** Make before break: one backup becomes active under the new identity while the old active still serves. */
function identityWaves(reloads: readonly Mover[], movers: readonly Mover[]): readonly Wave[] {
  const changing = reloads.filter((mover) => mover.changesIdentity);
  const [first] = bestFirst(changing.filter((mover) => !mover.holdsVip));
  // Alone, or the active is the only one to change: there is nobody to take over first.
  if (first === undefined || movers.length === 1) return [wave(reloads, 'owns-vip')];
  const rest = reloads.filter((mover) => mover !== first);
  return [wave([first], 'owns-vip'), ...(rest.length > 0 ? [wave(rest, 'joined')] : [])];
}

function plainWaves(reloads: readonly Mover[]): readonly Wave[] {
  const [first] = bestFirst(reloads.filter((mover) => !mover.holdsVip));
  if (first === undefined) return reloads.length > 0 ? [wave(reloads, 'joined')] : [];
  const rest = reloads.filter((mover) => mover !== first);
  return [wave([first], 'joined'), ...(rest.length > 0 ? [wave(rest, 'joined')] : [])];
}

/** Backups go first, so that the VIP does not move to a host that is about to stop as well. */
function withStops(stops: readonly Mover[], reloads: readonly Mover[]): Activation {
  const active = stops.filter((mover) => mover.holdsVip);
  const backups = stops.filter((mover) => !mover.holdsVip);
  const waves = [backups, active].filter((hosts) => hosts.length > 0).map((hosts) => wave(hosts, 'none'));
  return {
    waves: [...plainWaves(reloads), ...waves],
    because: 'backups stop first, the active last, so that the VIP does not wander',
    prediction:
      active.length > 0
        ? `the VIP leaves ${active.map((mover) => mover.host).join(', ')}`
        : 'the VIP stays where it is',
  };
}

function reason(identity: boolean, reloads: readonly Mover[], starts: readonly Mover[]): string {
  const then = starts.length > 0 ? '; hosts that start wait until every peer knows them' : '';
  if (reloads.length === 0) return `the others run already${then}`;
  if (!identity)
    return `the virtual router keeps its identity: one host reloads and is checked, then the rest at once${then}`;
  return `the virtual router changes its identity: one backup takes the VIP under the new one, then the rest follow at once${then}`;
}

function predict(
  identity: boolean,
  reloads: readonly Mover[],
  world: { readonly advertIntervalMs: number; readonly movers: readonly Mover[] },
): string {
  if (!identity) return 'the VIP stays where it is; no request is lost';
  const [first] = bestFirst(reloads.filter((mover) => mover.changesIdentity && !mover.holdsVip));
  if (first === undefined || world.movers.length === 1) {
    return `nobody can take over meanwhile: the VIP is away for about ${(3 * world.advertIntervalMs) / 1000} s`;
  }
  const [highest] = world.movers.toSorted((a, b) => b.priority - a.priority);
  const back =
    highest !== undefined && highest !== first
      ? `, then to ${highest.host}, which has the highest priority`
      : '';
  return `the VIP moves to ${first.host}${back}; a move cuts the connections that are open, new ones are answered`;
}

/** A host whose API answers before one whose API does not, then the highest priority: the fewest moves of the VIP. */
function bestFirst(movers: readonly Mover[]): readonly Mover[] {
  return movers.toSorted((a, b) => Number(b.apiAnswers) - Number(a.apiAnswers) || b.priority - a.priority);
}

function wave(movers: readonly Mover[], gate: Wave['gate']): Wave {
  return { hosts: movers.map((mover) => mover.host), gate };
}
