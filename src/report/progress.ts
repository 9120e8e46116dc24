import type { Painter } from './ansi.ts';
import { createBoard, type Board, type Step } from './board.ts';
import { escapeLine } from './escape.ts';
import type { OutputStream, Sink } from './sink.ts';
import { displayWidth, padEnd } from './width.ts';
import { duration } from './words.ts';

/** Calls back again and again until the returned function is called; must not keep the process alive. */
export type Repeat = (callback: () => void, intervalMs: number) => () => void;

/** What an operator sees while waiting; all of it on stderr. */
export interface Progress {
  started(command: string, hosts: readonly string[]): void;
  runStep(step: string): void;
  hostStep(host: string, step: string): void;
  /** Nothing is under way on this host any more. */
  hostDone(host: string): void;
  /** Nothing is under way at all: what follows is a result, a question or the end. */
  pause(): void;
  /** Lets something else be written to the terminal. */
  aside(write: () => void): void;
  /** Leaves the terminal to somebody else until the returned function is called. */
  hold(): () => void;
}

export interface ProgressOptions {
  readonly stream: OutputStream;
  readonly sink: Sink;
  readonly paint: Painter;
  readonly now: () => number;
  readonly repeat: Repeat;
  /** Keeps every step as a line, on a terminal too. */
  readonly isVerbose: boolean;
}

/** A line for each step as it begins: for logs and for terminals without a cursor. */
export function createPlainProgress({ sink, paint }: Pick<ProgressOptions, 'sink' | 'paint'>): Progress {
  const last = new Map<string, string>();
  let nameWidth = 0;
  const print = (key: string, step: string, line: string): void => {
    if (last.get(key) === step) return;
    last.set(key, step);
    sink.write(`${line}\n`);
  };
  return {
    started: (_command, hosts) => {
      nameWidth = Math.max(0, ...hosts.map(displayWidth));
    },
    runStep: (step) => print('', step, paint('dim', `konvoy-ha: ${escapeLine(step)}`)),
    hostStep: (host, step) =>
      print(host, step, paint('dim', `${padEnd(host, nameWidth)}  ${escapeLine(step)}`)),
    hostDone: () => undefined,
    pause: () => undefined,
    aside: (write) => write(),
    hold: () => () => undefined,
  };
}

/** The live board of a terminal: one line per host with its step and the seconds it has taken. */
export function createBoardProgress(options: ProgressOptions): Progress {
  const board = createBoard(options);
  const plain = createPlainProgress(options);
  const underway = createUnderway(options, board);
  let keepsSteps = false;
  const aside = (write: () => void): void => {
    const wasVisible = board.isVisible;
    board.clear();
    write();
    if (wasVisible) underway.draw();
  };
  const keep = (line: string): void => aside(() => options.sink.write(`${options.paint('dim', line)}\n`));
  const endRunStep = (): void => {
    const ended = underway.endRun();
    if (ended === undefined || !keepsSteps || options.isVerbose) return;
    keep(`konvoy-ha: ${escapeLine(ended.step)}  ${duration(options.now() - ended.sinceMs)}`);
  };
  return {
    started: (command, hosts) => {
      keepsSteps = LEAVES_TRACES.has(command);
      underway.begin(hosts);
      plain.started(command, hosts);
    },
    runStep: (step) => {
      endRunStep();
      if (options.isVerbose) aside(() => plain.runStep(step));
      underway.setRun(step);
    },
    hostStep: (host, step) => {
      if (options.isVerbose) aside(() => plain.hostStep(host, step));
      underway.setHost(host, step);
    },
    hostDone: (host) => underway.endHost(host),
    pause: () => {
      underway.stop();
      endRunStep();
    },
    aside,
    hold: () => underway.hold(),
  };
}

interface UnderwayBoard {
  begin(hosts: readonly string[]): void;
  setRun(step: string): void;
  endRun(): Step | undefined;
  setHost(host: string, step: string): void;
  endHost(host: string): void;
  draw(): void;
  /** Takes the board away until the returned function is called. */
  hold(): () => void;
  /** Takes the board away and forgets what the hosts were doing. */
  stop(): void;
}

/** Drawn by the timer only: a run that is over before the first tick never flickers. */
function createUnderway({ now, repeat }: ProgressOptions, board: Board): UnderwayBoard {
  const hosts = new Map<string, Step>();
  let order: readonly string[] = [];
  let run: Step | undefined;
  let stopTimer: (() => void) | undefined;
  let isHeld = false;
  const draw = (): void => {
    if (!isHeld) board.draw({ run, hosts: inOrder(hosts, order) }, now());
  };
  const tick = (): void => {
    stopTimer ??= repeat(draw, TICK_MS);
  };
  return {
    begin: (names) => {
      order = names;
    },
    setRun: (step) => {
      // A step of the whole run begins when no host is busy with the one before.
      hosts.clear();
      run = { step, sinceMs: now() };
      tick();
    },
    endRun: () => {
      const ended = run;
      run = undefined;
      return ended;
    },
    setHost: (host, step) => {
      if (hosts.get(host)?.step !== step) hosts.set(host, { step, sinceMs: now() });
      tick();
    },
    endHost: (host) => {
      hosts.delete(host);
    },
    draw,
    hold: () => {
      isHeld = true;
      board.clear();
      return () => {
        isHeld = false;
      };
    },
    stop: () => {
      stopTimer?.();
      stopTimer = undefined;
      hosts.clear();
      board.clear();
    },
  };
}

function inOrder(hosts: ReadonlyMap<string, Step>, order: readonly string[]): ReadonlyMap<string, Step> {
  const known = order.flatMap((host): [string, Step][] => {
    const step = hosts.get(host);
    return step === undefined ? [] : [[host, step]];
  });
  // A host that nobody announced comes last rather than not at all.
  return new Map([...known, ...hosts]);
}

/** Commands that change hosts: what they did and how long it took stays on the screen. */
const LEAVES_TRACES: ReadonlySet<string> = new Set([
  'apply',
  'rollback',
  'destroy',
  'drain',
  'undrain',
  'drill',
]);

/** Seconds are shown, so a fifth of one is soon enough. */
const TICK_MS = 200;
