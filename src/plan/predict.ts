import {
  bestFirst,
  canTakeOver,
  caretakerOf,
  settledHolder,
  soleHolder,
  type Course,
  type Mover,
} from './mover.ts';

/** What is known of the order when its effect is foretold. */
interface Foreseen {
  readonly course: Course;
  /** Who takes the VIP first when the identity changes. */
  readonly taker: Mover | undefined;
  readonly advertIntervalMs: number;
}

/** What a client of the VIP will see, in words. */
export function predict(movers: readonly Mover[], foreseen: Foreseen): string {
  const settled = settledHolder(movers);
  switch (foreseen.course) {
    case 'nothing':
      return 'the VIP stays where it is';
    case 'first-start':
      return predictFirst(movers, settled);
    case 'end':
      return predictEnd(movers);
    case 'plain':
      return predictPlain(movers, settled);
    case 'hand-over':
      return predictMoves(movers, settled === undefined ? [] : [settled]);
    case 'identity':
      return predictIdentity(movers, foreseen);
  }
}

function predictFirst(movers: readonly Mover[], settled: Mover | undefined): string {
  if (settled === undefined) return 'nothing happens';
  if (canTakeOver(settled, movers)) return `the VIP appears on ${settled.host}`;
  return `the VIP appears nowhere yet: there is no API server on ${settled.host}, and there is one elsewhere`;
}

function predictEnd(movers: readonly Mover[]): string {
  const holders = movers.filter((mover) => mover.holdsVip).map((mover) => mover.host);
  return holders.length > 0 ? `the VIP leaves ${holders.join(', ')}` : 'the VIP stays where it is';
}

/** An active that is restarted gives the VIP away first, if anybody can have it. */
function predictPlain(movers: readonly Mover[], settled: Mover | undefined): string {
  const holder = soleHolder(movers);
  if (holder?.action !== 'restart') return predictMoves(movers, settled === undefined ? [] : [settled]);
  const caretaker = caretakerOf(holder, movers);
  if (caretaker === undefined)
    return `no other host is ready: the VIP is away while keepalived on ${holder.host} restarts, about a second`;
  return predictMoves(movers, [caretaker, ...(settled === undefined ? [] : [settled])]);
}

function predictIdentity(movers: readonly Mover[], { taker, advertIntervalMs }: Foreseen): string {
  const holder = soleHolder(movers);
  // A host that is about to stop still has the old identity: it takes over when the active leaves that.
  const stopping = movers.filter(({ action }) => action === 'stop');
  const caretaker =
    taker ?? bestFirst(stopping.filter((mover) => mover !== holder && canTakeOver(mover, movers)))[0];
  const follows = holder?.action === 'reload' || holder?.action === 'restart';
  if (caretaker === undefined && holder !== undefined && follows) {
    if (holder.staysActive) return 'the VIP stays where it is; no request is lost';
    return `nobody can take over meanwhile: the VIP is away for about ${(3 * advertIntervalMs) / 1000} s`;
  }
  const settled = settledHolder(movers);
  if (taker !== undefined && holder !== undefined && follows && holder.staysActive && settled === holder) {
    return `${taker.host} takes the VIP under the new identity while ${holder.host} has it under the old one; then ${holder.host} has it alone again; connections that are opened on ${taker.host} in between are cut`;
  }
  return predictMoves(
    movers,
    [caretaker, settled].filter((mover) => mover !== undefined),
  );
}

/** The VIP goes to these hosts one after the other. */
function predictMoves(movers: readonly Mover[], stations: readonly Mover[]): string {
  const holder = soleHolder(movers);
  const path = stations.filter((station, index) => station !== (index === 0 ? holder : stations[index - 1]));
  const [first, then] = path;
  if (first === undefined) return 'the VIP stays where it is; no request is lost';
  if (!movers.some((mover) => mover.holdsVip)) return `the VIP appears on ${(then ?? first).host}`;
  const moves = then === undefined ? first.host : `${first.host}, then to ${then.host}`;
  const last = then ?? (stations.length === 1 ? first : undefined);
  const why = last !== undefined && isHighest(last, movers) ? ', which has the highest priority' : '';
  return `the VIP moves to ${moves}${why}; a move cuts the connections that are open, new ones are answered`;
}

function isHighest(mover: Mover, movers: readonly Mover[]): boolean {
  return movers.every((other) => other.action === 'stop' || other.priority <= mover.priority);
}
