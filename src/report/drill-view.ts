import type { RunEvent } from '../domain/event.ts';
import type { Spread } from '../domain/drill.ts';
import type { Style } from './ansi.ts';
import { escapeLine } from './escape.ts';
import { table, type Row } from './table.ts';

type Drill = Extract<RunEvent, { type: 'drill' }>;
type Drills = Extract<RunEvent, { type: 'drills' }>;

/** What one drill has shown, in a line for each thing that an operator wants to know. */
export function drillView({ round, result }: Drill, style: Style): string {
  const { fault, host, requests, lost, outageMs, takeoverMs, takenBy, lostAfterwards, cameBack } = result;
  const outage =
    lost === 0 ? 'none' : `${Math.round(outageMs)} ms, from the first lost to the first answered`;
  const after = lostAfterwards === 0 ? '' : `, ${lostAfterwards} of them after the fault`;
  const rows: readonly Row[] = [
    ['  lost requests', `${lost} of ${requests}${after}`],
    ['  outage', { text: outage, color: lost === 0 ? 'green' : 'yellow' }],
    [
      '  taken over',
      takenBy === undefined || takeoverMs === undefined
        ? 'by nobody'
        : `by ${takenBy} after ${Math.round(takeoverMs)} ms`,
    ],
    ['  afterwards', cameBack ? 'the VIP is where it was' : 'the VIP is somewhere else than before'],
  ];
  const title = style.paint('bold', escapeLine(`konvoy-ha: drill ${round}: ${fault} on ${host}`));
  return `${[title, ...table(rows, style)].join('\n')}\n`;
}

/** The spread of what several drills have shown. */
export function drillsView({ fault, rounds, lost, outageMs, takeoverMs }: Drills, style: Style): string {
  const row = (title: string, { min, median, p99 }: Spread): Row => [
    title,
    ...[min, median, p99].map((value) => String(Math.round(value))),
  ];
  const rows: readonly Row[] = [
    ['', 'min', 'median', 'p99'],
    row('  lost requests', lost),
    row('  outage, ms', outageMs),
    ...(takeoverMs === undefined ? [] : [row('  taken over, ms', takeoverMs)]),
  ];
  const title = style.paint('bold', `konvoy-ha: ${rounds} drills: ${fault}`);
  return `${[title, ...table(rows, style)].join('\n')}\n`;
}
