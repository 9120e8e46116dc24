import type { Reporter, RunEvent } from '../domain/event.ts';
import { styleOf, type Environment } from './ansi.ts';
import { escapeLine } from './escape.ts';
import { createHumanReporter, exitText, type Channel } from './human.ts';
import { createJsonReporter } from './json.ts';
import { createBoardProgress, createPlainProgress, type Progress, type Repeat } from './progress.ts';
import { mermaidView } from './mermaid-view.ts';
import { prometheusView } from './prometheus-view.ts';
import { openSink, type OutputStream } from './sink.ts';

export interface ReporterOptions {
  /** NDJSON on stdout; stderr then has nothing but the error of a failed run. */
  readonly json: boolean;
  /** In which format a status is printed, where it is not the table. */
  readonly statusFormat?: StatusFormat;
  /** False with `--no-color`. */
  readonly color: boolean;
  /** Number of `-v` flags. */
  readonly verbosity: number;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** NO_COLOR, FORCE_COLOR, TERM and CI are looked at. */
  readonly env: Environment;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Of konvoy-ha. */
  readonly version: string;
  /** Drives the live board. */
  readonly repeat?: Repeat;
}

export type StatusFormat = 'prometheus' | 'mermaid';

/** A reporter that may hold a part of the terminal until it is closed. */
export type ClosableReporter = Reporter & {
  /** Takes the live board away; needed only where no `exit` event comes. May be called at any time, and twice. */
  close(): void;
  /** Prints nothing until the returned function is called; then it prints what happened in the meantime. */
  hold(): () => void;
};

/** The reporter that the flags, the environment and the streams ask for. */
export function createReporter(options: ReporterOptions): ClosableReporter {
  const out = channelOf(options.stdout, options);
  const err = channelOf(options.stderr, options);
  const progress = progressOf(options, err);
  const human = createHumanReporter({ out, err, progress, now: options.now });
  const report = options.json
    ? createJsonAndErrorReporter(options, out, err)
    : formatted(options, human, out);
  return Object.assign(holdable(neverThrowing(report, err), progress), { close: () => progress.pause() });
}

function channelOf(stream: OutputStream, { env, color, verbosity }: ReporterOptions): Channel {
  return { sink: openSink(stream), style: styleOf({ stream, env, allowed: color }, verbosity) };
}

function progressOf(options: ReporterOptions, err: Channel): Progress {
  const { stderr, env, verbosity, now, json } = options;
  const paint = err.style.paint;
  const isLive = stderr.isTTY === true && env['TERM'] !== 'dumb' && (env['CI'] ?? '') === '';
  if (!isLive || json) return createPlainProgress({ sink: err.sink, paint });
  const repeat = options.repeat ?? repeatUnreferenced;
  return createBoardProgress({
    stream: stderr,
    sink: err.sink,
    paint,
    now,
    repeat,
    isVerbose: verbosity > 0,
  });
}

/** A status in another format than the table; everything else is what people read. */
function formatted({ statusFormat, now }: ReporterOptions, human: Reporter, out: Channel): Reporter {
  if (statusFormat === undefined) return human;
  const view = { prometheus: prometheusView, mermaid: mermaidView }[statusFormat];
  return (event) => {
    if (event.type === 'status') out.sink.write(view(event.status, now()));
    else human(event);
  };
}

/** Who pipes the events into a program still wants to read why it failed. */
function createJsonAndErrorReporter({ version }: ReporterOptions, out: Channel, err: Channel): Reporter {
  const report = createJsonReporter(out.sink, version);
  return (event) => {
    report(event);
    if (event.type === 'exit') err.sink.write(exitText(event.error, err.style));
  };
}

/** A mistake in printing must not stop a run that has begun to change hosts. Nothing is printed after `exit`. */
function neverThrowing(report: Reporter, err: Channel): Reporter {
  let isOver = false;
  return (event) => {
    if (isOver) return;
    isOver = event.type === 'exit';
    try {
      report(event);
    } catch (error) {
      err.sink.write(`konvoy-ha: warning: cannot print ${event.type}: ${escapeLine(String(error))}\n`);
    }
  };
}

function holdable(report: Reporter, progress: Progress): Reporter & Pick<ClosableReporter, 'hold'> {
  let held: RunEvent[] | undefined;
  const hold = (): (() => void) => {
    const heldNow: RunEvent[] = [];
    held = heldNow;
    const release = progress.hold();
    return () => {
      held = undefined;
      release();
      for (const event of heldNow.splice(0)) report(event);
    };
  };
  const reporter = (event: RunEvent): void => {
    if (held === undefined) report(event);
    else held.push(event);
  };
  return Object.assign(reporter, { hold });
}

function repeatUnreferenced(callback: () => void, intervalMs: number): () => void {
  const timer = setInterval(callback, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}
