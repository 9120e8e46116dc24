import type { HostEnd, RunEvent, RunSummary } from '../domain/event.ts';
import type { Style } from './ansi.ts';
import { MARK_COLORS, type Mark } from './change-view.ts';
import { escapeLine } from './escape.ts';
import { table, type Row } from './table.ts';
import { counted, duration } from './words.ts';

export type HostFinished = Extract<RunEvent, { type: 'host-finished' }>;
type HostDrained = Extract<RunEvent, { type: 'host-drained' }>;
type VipProbed = Extract<RunEvent, { type: 'vip-probed' }>;

/** The end of a run that changed something, or found nothing to change: counts, what was recorded, the next command. */
export function summaryView(summary: RunSummary, style: Style): string {
  const { changed, unchanged, hosts, endpoint, active, generation } = summary;
  const vip = active === undefined ? `endpoint ${endpoint}` : `vip ${endpoint} active on ${active}`;
  const counts = `${changed} changed, ${unchanged} unchanged on ${counted(hosts, 'host')}`;
  const took = `took ${duration(summary.elapsedMs)}`;
  const lines = [
    style.paint('bold', escapeLine(`konvoy-ha: ${counts}; ${vip}`)),
    `konvoy-ha: ${generation === undefined ? took : `generation ${generation} recorded; ${took}`}`,
    ...summary.kept.map((kept) => escapeLine(`konvoy-ha: kept: ${kept}`)),
    ...nextLines(summary),
  ];
  return `${lines.join('\n')}\n`;
}

/** What clients of the VIP noticed of the run. */
export function vipProbedView({ requests, lost, longestOutageMs }: VipProbed, style: Style): string {
  if (requests === 0) return 'konvoy-ha: vip was not probed while things changed\n';
  const answered = `vip answered ${requests - lost} of ${requests} requests while things changed`;
  const text = `konvoy-ha: ${answered}; longest gap ${Math.round(longestOutageMs)} ms`;
  return `${style.paint(lost === 0 ? 'green' : 'yellow', text)}\n`;
}

/** Whether a host is drained now, and how to go back. */
export function drainedView({ host, drained, changed }: HostDrained, style: Style): string {
  const name = escapeLine(host);
  const state = drained ? 'drained' : 'not drained';
  const text = `konvoy-ha: ${name} is ${changed ? 'now' : 'already'} ${state}`;
  const lines = [
    style.paint('bold', text),
    ...(drained ? [`konvoy-ha: to end it: konvoy-ha undrain ${name}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** In which state each host was left. */
export function hostEndsView(ends: readonly HostFinished[], style: Style): string {
  const rows = ends.map((end): Row => {
    const mark = END_MARKS[end.state];
    const color = MARK_COLORS[mark];
    return [{ text: `${mark} ${end.host}`, color }, { text: end.state, color }, end.detail];
  });
  return `${table(rows, style).join('\n')}\n`;
}

function nextLines(summary: RunSummary): readonly string[] {
  if (summary.changed === 0 || summary.command === 'destroy') return [];
  return ['konvoy-ha: next: konvoy-ha status; to go back: konvoy-ha rollback'];
}

const END_MARKS: Readonly<Record<HostEnd, Mark>> = {
  unchanged: '=',
  changed: '~',
  undone: '=',
  'undo-failed': '!',
  unreachable: '!',
  unknown: '!',
};
