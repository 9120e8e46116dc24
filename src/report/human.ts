import type { HostEnd, Reporter, RunEvent } from '../domain/event.ts';
import type { Style } from './ansi.ts';
import { checksView, verdictView } from './check-view.ts';
import { diagnosticView, hanging, hintLines, problemLine } from './diagnostic-view.ts';
import { drillsView, drillView } from './drill-view.ts';
import { escapeLine } from './escape.ts';
import { historyView } from './history-view.ts';
import { planView } from './plan-view.ts';
import type { Progress } from './progress.ts';
import type { Sink } from './sink.ts';
import { statusView, watchedView } from './status-view.ts';
import { drainedView, hostEndsView, summaryView, vipProbedView, type HostFinished } from './summary-view.ts';

/** A channel with its look. */
export interface Channel {
  readonly sink: Sink;
  readonly style: Style;
}

export interface HumanOptions {
  /** The result. */
  readonly out: Channel;
  /** Progress and problems. */
  readonly err: Channel;
  readonly progress: Progress;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Events as text for an operator: one line for each finished thing, tables and plans, the next command at the end. */
export function createHumanReporter(options: HumanOptions): Reporter {
  const { out, err, progress } = options;
  const run: RunMemory = { command: '', hosts: [], ends: new Map() };
  const result = (text: string): void => {
    progress.pause();
    out.sink.write(text);
  };
  const note = (text: string): void => {
    if (text !== '') progress.aside(() => err.sink.write(text));
  };
  return (event) => {
    remember(run, event);
    follow(progress, event);
    note(noteText(event, err.style));
    const text = resultText(event, run, options);
    if (text !== '') result(text);
    // After the result: the last thing on the screen is what went wrong.
    if (event.type === 'exit') {
      progress.pause();
      err.sink.write(exitText(event.error, err.style));
    }
  };
}

/** The error of an `exit` event with its hints; nothing for a good end. */
export function exitText(error: ExitEvent['error'], style: Style): string {
  if (error === undefined) return '';
  return `${[problemLine('error', error.message, style), ...hintLines(error.hints, style)].join('\n')}\n`;
}

type ExitEvent = Extract<RunEvent, { type: 'exit' }>;

/** What a later event needs to know of earlier ones. */
interface RunMemory {
  command: string;
  hosts: readonly string[];
  readonly ends: Map<string, HostFinished>;
}

function remember(run: RunMemory, event: RunEvent): void {
  if (event.type === 'run-started') {
    run.command = event.command;
    run.hosts = event.hosts;
  }
  if (event.type === 'host-finished') run.ends.set(event.host, event);
}

function follow(progress: Progress, event: RunEvent): void {
  if (event.type === 'run-started') progress.started(event.command, event.hosts);
  if (event.type === 'run-step') progress.runStep(event.step);
  if (event.type === 'host-step') progress.hostStep(event.host, event.step);
  if (event.type === 'host-failed' || event.type === 'host-finished') progress.hostDone(event.host);
}

/** What goes to stderr as soon as it happens. */
function noteText(event: RunEvent, style: Style): string {
  switch (event.type) {
    case 'run-started':
      return style.verbosity === 0
        ? ''
        : `konvoy-ha: run ${escapeLine(event.runId)}: ${escapeLine(event.command)}\n`;
    case 'diagnostic':
      return diagnosticView(event.diagnostic, style);
    case 'host-failed': {
      const line = `${style.paint('red', `! ${event.host}`)}  ${hanging(event.message)}`;
      return `${[line, ...hintLines(event.hints, style)].join('\n')}\n`;
    }
    case 'undo-started':
      return `${style.paint('yellow', `konvoy-ha: undoing this run: ${hanging(event.because)}`)}\n`;
    default:
      return '';
  }
}

/** What goes to stdout. */
function resultText(event: RunEvent, run: RunMemory, { out, now }: HumanOptions): string {
  const { style } = out;
  const isBrief = style.verbosity === 0 && HAS_OTHER_RESULT.has(run.command);
  switch (event.type) {
    case 'plan': {
      const { plan } = event;
      const isOnlyShown = run.command.startsWith('plan');
      const next = isOnlyShown && !plan.isEmpty ? `konvoy-ha: next: konvoy-ha ${plan.command}\n` : '';
      return planView(plan, style, isBrief && !isOnlyShown) + next;
    }
    case 'plan-saved': {
      const path = escapeLine(event.path);
      return `konvoy-ha: saved as ${path}; to apply exactly this: konvoy-ha apply ${path}\n`;
    }
    case 'checks':
      return checksView(event.checks, style, isBrief);
    case 'verdict':
      return verdictView(event.verdict, style, isBrief);
    case 'status': {
      const page = statusView(event.status, style, now());
      return event.watched === undefined ? page : watchedView(page, event.watched, { style, nowMs: now() });
    }
    case 'history':
      return historyView(event.entries, event.hosts, style);
    case 'drill':
      return drillView(event, style);
    case 'drills':
      return drillsView(event, style);
    case 'host-drained':
      return drainedView(event, style);
    case 'vip-probed':
      return vipProbedView(event, style);
    case 'run-finished':
      return (style.verbosity > 0 ? takeEnds(run, style) : '') + summaryView(event.summary, style);
    case 'exit':
      return event.code !== 0 || hasTrouble(run) ? takeEnds(run, style) : '';
    default:
      return '';
  }
}

/** The table of host ends in inventory order, once. */
function takeEnds(run: RunMemory, style: Style): string {
  const place = (end: HostFinished): number => {
    const at = run.hosts.indexOf(end.host);
    return at === -1 ? run.hosts.length : at;
  };
  const ends = [...run.ends.values()].toSorted((left, right) => place(left) - place(right));
  run.ends.clear();
  return ends.length === 0 ? '' : hostEndsView(ends, style);
}

function hasTrouble(run: RunMemory): boolean {
  return [...run.ends.values()].some((end) => TROUBLE.has(end.state));
}

const TROUBLE: ReadonlySet<HostEnd> = new Set(['undone', 'undo-failed', 'unreachable', 'unknown']);

/** Commands whose result is not the checks: what passed would only be in the way. */
const HAS_OTHER_RESULT: ReadonlySet<string> = new Set([
  'plan',
  'apply',
  'rollback',
  'destroy',
  'drain',
  'undrain',
  'drill',
]);
