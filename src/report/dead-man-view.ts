import type { ArmedRun, DeadManTraces, UndoneRun } from '../domain/dead-man.ts';
import { wholeSeconds } from './words.ts';

/** What `status` says of runs that nobody confirmed on a host: one line each, nothing when there is none. */
export function deadManWords(traces: DeadManTraces | undefined, nowMs: number): readonly string[] {
  if (traces === undefined) return [];
  return [
    ...traces.armed.map((run) => armedWords(run, nowMs)),
    ...(traces.undone === undefined ? [] : [undoneWords(traces.undone)]),
  ];
}

/** A time for people, as in `history`. */
export function timeWords(iso: string): string {
  return iso.replace('T', ' ').replace(/(\.\d+)?Z$/, 'Z');
}

function armedWords({ runId, command, by, state, undoesAt, failure }: ArmedRun, nowMs: number): string {
  const run = `run ${runId} (${command} by ${by})`;
  if (failure !== undefined)
    return `${run} could not be undone by its dead-man: ${failure} failed; the next apply goes on from here`;
  if (state === 'undoing') return `${run} is being undone by its dead-man`;
  if (undoesAt === undefined) return `${run} is not confirmed: this host undoes it when it boots`;
  const left = wholeSeconds(Date.parse(undoesAt) - nowMs);
  return `${run} is not confirmed: this host undoes it at ${timeWords(undoesAt)}, in ${left}`;
}

function undoneWords({ runId, by, at, because }: UndoneRun): string {
  const why = {
    timeout: 'this host had not heard from it in time',
    reboot: 'this host was restarted',
    asked: 'a later run had failed',
  }[because];
  return `run ${runId} of ${by} was undone by its dead-man at ${timeWords(at)}: ${why}`;
}
