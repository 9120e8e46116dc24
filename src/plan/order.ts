import type { Activation, Wave } from '../domain/plan.ts';
import { formatSerial, type Serial } from '../domain/serial.ts';
import {
  bestFirst,
  canTakeOver,
  caretakerOf,
  settledHolder,
  soleHolder,
  type Course,
  type Mover,
} from './mover.ts';
import { predict } from './predict.ts';

/**
 * The order in which hosts become active. Pure, and the same for apply, rollback, undo and destroy: what matters is
 * what each service has to do, not why.
 */
export function orderActivation(
  movers: readonly Mover[],
  advertIntervalMs: number,
  batch?: Batch,
): Activation {
  const work = workOf(movers);
  const course = courseOf(work, movers);
  const settled = settledHolder(movers);
  const waves = wavesOf(course, work, movers);
  return {
    waves: batch === undefined ? waves : inBatches({ waves, course, work, movers }, batch.size),
    because: [reason(course, work), ...(batch === undefined ? [] : batchReason(course, batch))].join('; '),
    prediction: predict(movers, {
      course,
      taker: takerOf(work.reloads, movers),
      advertIntervalMs,
    }),
    ...(settled === undefined ? {} : { settlesOn: settled.host }),
  };
}

/** How many hosts may be activated at the same time, and how that was asked for. */
export interface Batch {
  readonly serial: Serial;
  readonly size: number;
}

/** The hosts by what their service has to do. */
interface Work {
  readonly stops: readonly Mover[];
  /** Those that stay and are told of something, also by being restarted. */
  readonly reloads: readonly Mover[];
  readonly starts: readonly Mover[];
}

function workOf(movers: readonly Mover[]): Work {
  const having = (action: Mover['action']): readonly Mover[] =>
    movers.filter((mover) => mover.action === action);
  return {
    stops: having('stop'),
    reloads: [...having('reload'), ...having('restart')],
    starts: having('start'),
  };
}

function courseOf({ stops, reloads, starts }: Work, movers: readonly Mover[]): Course {
  if (stops.length + reloads.length + starts.length === 0) return 'nothing';
  if (!movers.some((mover) => mover.runs)) return 'first-start';
  const staying = movers.filter((mover) => mover.runs && mover.action !== 'stop');
  if (staying.length === 0) return starts.length > 0 ? 'hand-over' : 'end';
  // A running host that keeps its identity is one that the others join; only when all leave it is it a new one.
  return staying.every((mover) => mover.changesIdentity) ? 'identity' : 'plain';
}

function wavesOf(course: Course, work: Work, movers: readonly Mover[]): readonly Wave[] {
  // A peer that is not in the others' lists yet would hear nobody and become a second active: it starts last.
  const starting = waveOf(work.starts, 'joined');
  switch (course) {
    case 'nothing':
      return [];
    case 'first-start':
      return firstWaves(work.starts, movers);
    case 'plain':
      // Who goes stops while it is still known: from a stranger nobody would hear that it gives the VIP up.
      return [...stopWaves(work.stops), ...plainWaves(work, movers), ...starting];
    case 'identity':
      return [...identityWaves(work.reloads, movers), ...stopWaves(work.stops), ...starting];
    case 'hand-over':
      return [...starting, ...stopWaves(work.stops)];
    case 'end':
      return stopWaves(work.stops);
  }
}

/** A host without an API server stays at fault while a peer has one: then nobody can wait for the VIP. */
function firstWaves(starts: readonly Mover[], movers: readonly Mover[]): readonly Wave[] {
  const [first] = bestFirst(starts);
  const isAble = first !== undefined && canTakeOver(first, movers);
  return firstThenRest(first, starts, isAble ? 'owns-vip' : 'joined');
}

/** Make before break: one backup becomes active under the new identity while the old active still serves. */
function identityWaves(reloads: readonly Mover[], movers: readonly Mover[]): readonly Wave[] {
  const taker = takerOf(reloads, movers);
  if (taker !== undefined) return takeover(taker, reloads);
  const alone = reloads.length === 1 && reloads.every((mover) => canTakeOver(mover, movers));
  return waveOf(reloads, alone ? 'owns-vip' : 'joined');
}

/**
 * Whoever has the VIP under the old identity comes last: as it leaves, it tells those who are still there to take over,
 * and one that is slow to follow would be active under the old identity for as long as it takes. From the takeover on two
 * have the VIP, so the other backups follow before it.
 */
function takeover(taker: Mover, reloads: readonly Mover[]): readonly Wave[] {
  const rest = reloads.filter((mover) => mover !== taker);
  const holders = rest.filter((mover) => mover.holdsVip);
  const backups = rest.filter((mover) => !mover.holdsVip);
  if (holders.length === 0) return [...waveOf([taker], 'owns-vip'), ...waveOf(backups, 'joined')];
  if (backups.length === 0) return [...waveOf([taker], 'owns-vip'), ...waveOf(holders, 'joined')];
  const following = waveOf(backups, 'owns-vip').map((wave) => ({ ...wave, owner: taker.host }));
  return [...waveOf([taker], 'joined'), ...following, ...waveOf(holders, 'joined')];
}

/** Who takes the VIP under a new identity: not the only one who has it now, unless there is nobody else. */
function takerOf(reloads: readonly Mover[], movers: readonly Mover[]): Mover | undefined {
  const holder = soleHolder(movers);
  const able = bestFirst(reloads.filter((mover) => mover !== holder && canTakeOver(mover, movers)));
  return able.find((mover) => !mover.holdsVip) ?? able[0];
}

/**
 * One backup tries the reload first; an active that stops has handed the VIP on by then. In a split brain whoever keeps
 * the VIP comes last, to announce it when the others have given it up.
 */
function plainWaves({ stops, reloads }: Work, movers: readonly Mover[]): readonly Wave[] {
  const heir = stops.some((mover) => mover.holdsVip) ? settledHolder(movers) : undefined;
  const isSplit = movers.some((mover) => mover.holdsVip) && soleHolder(movers) === undefined;
  const keepers = reloads.filter((mover) => isSplit && mover.holdsVip && !mover.changesIdentity);
  const giver = giverOf(reloads, movers);
  const others = reloads.filter((mover) => !keepers.includes(mover) && mover !== giver);
  const backups = others.filter((mover) => !mover.holdsVip && mover !== heir);
  return [
    ...firstThenRest(bestFirst(backups)[0], others, 'joined'),
    ...waveOf(keepers, 'joined'),
    ...waveOf(giver === undefined ? [] : [giver], 'joined').map((wave) => ({
      ...wave,
      handsOver: true as const,
    })),
  ];
}

/** The active, where it is restarted and a peer can have the VIP meanwhile: it gives it away first. */
function giverOf(reloads: readonly Mover[], movers: readonly Mover[]): Mover | undefined {
  const holder = soleHolder(movers);
  if (holder?.action !== 'restart' || !reloads.includes(holder)) return undefined;
  return caretakerOf(holder, movers) === undefined ? undefined : holder;
}

/** Backups go first, so that the VIP does not move to a host that is about to stop as well. */
function stopWaves(stops: readonly Mover[]): readonly Wave[] {
  const backups = stops.filter((mover) => !mover.holdsVip);
  const active = stops.filter((mover) => mover.holdsVip);
  return [...waveOf(backups, 'none'), ...waveOf(active, 'none')];
}

function firstThenRest(
  first: Mover | undefined,
  movers: readonly Mover[],
  gate: Wave['gate'],
): readonly Wave[] {
  if (first === undefined) return waveOf(movers, gate);
  const rest = movers.filter((mover) => mover !== first);
  return [...waveOf([first], gate), ...waveOf(rest, 'joined')];
}

/** One wave, or none when nobody is in it. */
function waveOf(movers: readonly Mover[], gate: Wave['gate']): readonly Wave[] {
  return movers.length === 0 ? [] : [{ hosts: movers.map((mover) => mover.host), gate }];
}

function reason(course: Course, { stops, reloads, starts }: Work): string {
  const parts = {
    nothing: ['no service has to do anything'],
    'first-start': ['keepalived runs nowhere yet: one host takes the VIP, then the others join as backups'],
    plain: [
      ...(stops.length > 0 ? ['hosts that go stop while their peers still know them'] : []),
      reloads.length > 0 ? plainReason(reloads) : 'the others run already',
      ...(starts.length > 0 ? ['hosts that start wait until every peer knows them'] : []),
    ],
    identity: [
      'the virtual router changes its identity: one backup tries the reload, the others follow, the VIP is taken under the new one, and the old active comes last',
      ...(stops.length > 0 ? ['hosts that go serve until then'] : []),
      ...(starts.length > 0 ? ['hosts that start wait until every peer knows them'] : []),
    ],
    'hand-over': ['hosts that start are there before the others stop'],
    end: ['backups stop first, the active last, so that the VIP does not wander'],
  } satisfies Record<Course, readonly string[]>;
  return parts[course].join('; ');
}

function plainReason(reloads: readonly Mover[]): string {
  return reloads.some(({ action }) => action === 'restart')
    ? 'the virtual router keeps its identity: one backup restarts and is checked, then the rest, and the active last, when a peer has the VIP'
    : 'the virtual router keeps its identity: one host reloads and is checked, then the rest at once';
}

interface Ordered {
  readonly waves: readonly Wave[];
  readonly course: Course;
  readonly work: Work;
  readonly movers: readonly Mover[];
}

/**
 * The same order in smaller waves. Hosts that become another virtual router cannot wait for each other: those that have
 * and those that have not would both have the VIP. Who joins them afterwards can.
 */
function inBatches({ waves, course, work, movers }: Ordered, size: number): readonly Wave[] {
  const starting = new Set(work.starts.map((mover) => mover.host));
  const served = new Set(movers.filter((mover) => mover.serves).map((mover) => mover.host));
  return waves.flatMap((wave) => {
    if (course === 'identity' && !wave.hosts.every((host) => starting.has(host))) return [wave];
    const count = Math.ceil(wave.hosts.length / size);
    return Array.from({ length: count }, (_, at): Wave => {
      const hosts = wave.hosts.slice(at * size, (at + 1) * size);
      const serving = wave.gate === 'joined' ? hosts.filter((host) => served.has(host)) : [];
      return { ...wave, hosts, ...(serving.length === 0 ? {} : { serving }) };
    });
  });
}

function batchReason(course: Course, { serial, size }: Batch): readonly string[] {
  const asked = `--serial ${formatSerial(serial)}`;
  if (course === 'nothing') return [];
  if (course === 'identity')
    return [
      `${asked} holds only for hosts that join afterwards: one by one, two would have the VIP for seconds`,
    ];
  return [`at most ${size} at a time (${asked}), each back in service before the next if it was before`];
}
