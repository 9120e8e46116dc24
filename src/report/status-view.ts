import type { Drained } from '../domain/facts.ts';
import type { ClusterStatus, HostStatus } from '../domain/status.ts';
import type { Style } from './ansi.ts';
import { deadManWords } from './dead-man-view.ts';
import { escapeLine } from './escape.ts';
import { driftWords, resourceWords } from './change-view.ts';
import { table, tableWidth, type Cell, type Row } from './table.ts';
import { age, counted } from './words.ts';

/** The status table; on a terminal too narrow for it, columns with one value on all hosts move into a line below. */
export function statusView(status: ClusterStatus, style: Style, nowMs: number): string {
  const columns = fitting(status.hosts, COLUMNS, { style, nowMs });
  const folded = COLUMNS.filter((column) => !columns.includes(column));
  const details = status.hosts.flatMap((host) => detailLines(host, { style, nowMs, newest: status.newest }));
  const lines = [
    ...table(tableRows(status.hosts, columns, nowMs), style),
    ...foldedLines(status.hosts, folded, nowMs),
    ...(details.length > 0 ? ['', ...details] : []),
    ...unknownLines(status),
  ];
  return [...lines, ...(lines.length > 0 ? [''] : []), footer(status, style), ''].join('\n');
}

/** One look of many: on a terminal it takes the place of the one before, elsewhere it follows it. */
export function watchedView(
  page: string,
  { everyMs }: { readonly everyMs: number },
  { style, nowMs }: Page,
): string {
  const at = new Date(nowMs).toISOString().slice(11, 19);
  const line = style.paint(
    'dim',
    `konvoy-ha: looked at ${at} UTC, again in ${everyMs / 1000} s; Ctrl-C ends it`,
  );
  return `${style.columns === undefined ? '' : CLEAR}${page}${line}\n`;
}

/** Cursor home, then everything from there on (ECMA-48 CUP and ED). */
const CLEAR = '\u001b[H\u001b[J';

function unknownLines({ pendingUnknown }: ClusterStatus): readonly string[] {
  if (pendingUnknown === undefined) return [];
  return ['', escapeLine(`what the inventory asks for is not known: ${pendingUnknown}`)];
}

interface Column {
  readonly title: string;
  readonly of: (host: HostStatus, nowMs: number) => string;
  /** May be said once for all hosts, sooner the higher the number. */
  readonly foldable: number;
}

interface Page {
  readonly style: Style;
  readonly nowMs: number;
}

function fitting(hosts: readonly HostStatus[], columns: readonly Column[], page: Page): readonly Column[] {
  const width = page.style.columns;
  if (width === undefined || tableWidth(tableRows(hosts, columns, page.nowMs)) <= width) return columns;
  const asked = hosts.filter((host) => host.reachable);
  const candidates = columns
    .filter(
      (column) => column.foldable > 0 && new Set(asked.map((host) => column.of(host, page.nowMs))).size === 1,
    )
    .toSorted((left, right) => right.foldable - left.foldable);
  const victim = candidates[0];
  if (victim === undefined) return columns;
  return fitting(
    hosts,
    columns.filter((column) => column !== victim),
    page,
  );
}

function tableRows(hosts: readonly HostStatus[], columns: readonly Column[], nowMs: number): readonly Row[] {
  const head: Row = ['  host', ...columns.map((column) => column.title)].map((text) => ({
    text,
    color: 'dim',
  }));
  return [head, ...hosts.map((host) => hostRow(host, columns, nowMs))];
}

function hostRow(host: HostStatus, columns: readonly Column[], nowMs: number): Row {
  const mark: Cell = needsLook(host)
    ? { text: `! ${host.host}`, color: 'red' }
    : host.holdsVip
      ? { text: `= ${host.host}`, color: 'green' }
      : `= ${host.host}`;
  if (!host.reachable) return [mark, { text: 'unreachable', color: 'red' }];
  return [mark, ...columns.map((column) => column.of(host, nowMs))];
}

function needsLook(host: HostStatus): boolean {
  const isServing = host.state === 'active' || host.state === 'backup';
  // Without a service of ours there is nothing that could be out of order.
  const isBroken = host.service === 'stopped' || (host.service === 'running' && !isServing);
  return (
    !host.reachable ||
    isBroken ||
    host.deadMan !== undefined ||
    host.drift.length > 0 ||
    host.leftovers !== undefined ||
    (host.damaged ?? []).length > 0 ||
    (host.api !== undefined && host.api !== 'answers')
  );
}

function foldedLines(
  hosts: readonly HostStatus[],
  folded: readonly Column[],
  nowMs: number,
): readonly string[] {
  const sample = hosts.find((host) => host.reachable);
  if (sample === undefined || folded.length === 0) return [];
  const words = folded.map((column) => `${column.title} ${column.of(sample, nowMs)}`);
  return [escapeLine(`  on all: ${words.join(', ')}`)];
}

function detailLines(
  host: HostStatus,
  { style, nowMs, newest }: Page & { readonly newest: number | undefined },
): readonly string[] {
  const problems = [
    ...(host.reachable || host.problem === undefined ? [] : [host.problem]),
    ...deadManWords(host.deadMan, nowMs),
    ...(host.leftovers ?? []).map(
      (address) =>
        `has ${address}, though keepalived does not run: one that was killed has left it; konvoy-ha apply mends it`,
    ),
    ...host.drift.map((key) => `${resourceWords(key)}: ${driftWords(key, host.generation)}`),
    ...(host.damaged ?? []).map((path) => `${path} is not what was recorded; nothing is taken from it`),
    ...(isBehind(host, newest) ? [behindWords(host, newest)] : []),
  ];
  const pending = (host.pending ?? []).map(
    (key) =>
      `${resourceWords(key)}: the inventory asks for something else than generation ${host.generation ?? '?'} left`,
  );
  const { drained } = host;
  const rows = [
    ...(drained === undefined
      ? []
      : [[{ text: `~ ${host.host}`, color: 'yellow' }, drainedWords(drained, nowMs)] satisfies Row]),
    ...problems.map((problem): Row => [{ text: `! ${host.host}`, color: 'red' }, problem]),
    ...pending.map((words): Row => [{ text: `~ ${host.host}`, color: 'yellow' }, words]),
  ];
  return table(rows, style);
}

function drainedWords({ by, since }: Drained, nowMs: number): string {
  const whom = by === undefined ? '' : ` by ${by}`;
  const when = since === undefined ? '' : ` ${age(nowMs / 1000 - since)} ago`;
  return `drained${whom}${when}: it has the VIP only when no other host can`;
}

/** True for a host that runs of konvoy-ha have passed by: it was down, or left out. */
function isBehind({ reachable, generation, damaged }: HostStatus, newest: number | undefined): boolean {
  return reachable && damaged === undefined && newest !== undefined && (generation ?? 0) < newest;
}

function behindWords({ generation }: HostStatus, newest: number | undefined): string {
  const own = generation === undefined ? 'no generation' : `generation ${generation}`;
  return `has ${own}, the newest is ${newest ?? 0}: it was not part of that run; konvoy-ha apply mends it`;
}

function footer({ endpoint, hosts, newest }: ClusterStatus, style: Style): string {
  const owners = hosts.filter((host) => host.holdsVip).map((host) => host.host);
  const where =
    owners.length === 1
      ? `active on ${owners.join()}`
      : owners.length === 0
        ? 'held by none of these hosts'
        : `held by ${owners.length} hosts: ${owners.join(', ')}`;
  const unreachable = hosts.filter((host) => !host.reachable).length;
  const drifted = hosts.filter((host) => host.drift.length > 0).length;
  const pending = hosts.filter((host) => (host.pending ?? []).length > 0).length;
  const behind = hosts.filter((host) => isBehind(host, newest)).length;
  const drained = hosts.filter((host) => host.drained !== undefined).length;
  const counts = [
    counted(hosts.length, 'host'),
    unreachable === 0 ? '' : `${unreachable} unreachable`,
    drifted === 0 ? '' : `${drifted} drifted`,
    drained === 0 ? '' : `${drained} drained`,
    behind === 0 ? '' : `${behind} behind generation ${newest ?? 0}`,
    pending === 0 ? '' : `${pending} to apply`,
  ].filter((part) => part !== '');
  const isGood = owners.length === 1 && !hosts.some(needsLook);
  return style.paint(
    isGood ? 'green' : owners.length === 1 ? 'yellow' : 'red',
    escapeLine(`konvoy-ha: vip ${endpoint} ${where}; ${counts.join(', ')}`),
  );
}

const ABSENT = '-';

const COLUMNS: readonly Column[] = [
  { title: 'state', of: (host) => host.state, foldable: 0 },
  { title: 'for', of: (host, nowMs) => sinceWords(host, nowMs), foldable: 0 },
  { title: 'vip', of: (host) => (host.holdsVip ? 'yes' : ABSENT), foldable: 0 },
  { title: 'api', of: (host) => host.api ?? ABSENT, foldable: 1 },
  { title: 'service', of: (host) => host.service, foldable: 2 },
  { title: 'priority', of: (host) => String(host.priority ?? ABSENT), foldable: 3 },
  { title: 'vrid', of: (host) => String(host.vrid ?? ABSENT), foldable: 6 },
  { title: 'interface', of: (host) => host.interface ?? ABSENT, foldable: 5 },
  { title: 'keepalived', of: (host) => host.keepalivedVersion ?? ABSENT, foldable: 7 },
  { title: 'generation', of: (host) => String(host.generation ?? ABSENT), foldable: 4 },
  {
    title: 'drift',
    of: (host) => (host.drift.length === 0 ? ABSENT : String(host.drift.length)),
    foldable: 1,
  },
];

function sinceWords(host: HostStatus, nowMs: number): string {
  return host.stateSince === undefined ? ABSENT : age(nowMs / 1000 - host.stateSince);
}
