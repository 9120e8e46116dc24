import type { HistoryEntry, HostGenerations } from '../domain/generation.ts';
import type { Style } from './ansi.ts';
import { timeWords } from './dead-man-view.ts';
import { table, type Cell, type Row } from './table.ts';
import { counted } from './words.ts';

/**
 * The generations on the hosts, the newest at the bottom, next to the prompt; then which host has which of them, and
 * what is wrong with them.
 */
export function historyView(
  entries: readonly HistoryEntry[],
  hosts: readonly HostGenerations[],
  style: Style,
): string {
  const numbers = numbersOf(hosts);
  if (numbers.length === 0 && hosts.every((host) => host.problem === undefined))
    return 'konvoy-ha: no generations; konvoy-ha has not changed these hosts\n';
  const blocks = [
    entries.length === 0 ? [] : runTable(entries, style),
    numbers.length === 0 ? [] : hostTable(hosts, numbers, style),
    problemLines(hosts, style),
    [footer(numbers, hosts, style)],
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function runTable(entries: readonly HistoryEntry[], style: Style): readonly string[] {
  const titles = [
    'generation',
    'when',
    'command',
    'by',
    ...(style.verbosity > 0 ? ['vrid', 'vip'] : []),
    'hosts',
  ];
  return table([headOf(titles), ...entries.map((entry) => entryRow(entry, style))], style);
}

/** A line for each host and a column for each generation: hosts are many, the generations that are kept are few. */
function hostTable(
  hosts: readonly HostGenerations[],
  numbers: readonly number[],
  style: Style,
): readonly string[] {
  const rows = hosts.map((host): Row => {
    const name = isWhole(host, numbers)
      ? `= ${host.host}`
      : { text: `! ${host.host}`, color: 'red' as const };
    if (host.problem !== undefined) return [name, { text: 'unreachable', color: 'red' }];
    return [name, ...numbers.map((number) => cellOf(host, number))];
  });
  return table([headOf(['  host', ...numbers.map(String)]), ...rows], style);
}

function cellOf({ whole, damaged }: HostGenerations, number: number): Cell {
  if (damaged.some((generation) => generation.number === number)) return { text: 'damaged', color: 'red' };
  return whole.includes(number) ? 'yes' : '-';
}

function problemLines(hosts: readonly HostGenerations[], style: Style): readonly string[] {
  const rows = hosts.flatMap(({ host, damaged, problem }): readonly Row[] => {
    const mark: Cell = { text: `! ${host}`, color: 'red' };
    return [
      ...(problem === undefined ? [] : [[mark, problem]]),
      ...damaged.flatMap(({ files }) => files.map((file) => [mark, `${file} is not what was recorded`])),
    ];
  });
  return table(rows, style);
}

function footer(numbers: readonly number[], hosts: readonly HostGenerations[], style: Style): string {
  const asked = hosts.filter((host) => host.problem === undefined);
  const disagree = new Set(asked.map(newestOf)).size > 1;
  const notes = [
    disagree ? '; the hosts disagree about the newest: konvoy-ha apply mends it' : '',
    numbers.length > 1 ? '; next: konvoy-ha rollback --to N' : '',
  ].join('');
  return style.paint(
    disagree ? 'yellow' : 'bold',
    `konvoy-ha: ${counted(numbers.length, 'generation')}${notes}`,
  );
}

/** True when the host has the newest generation of all, and nothing on it is damaged. */
function isWhole(host: HostGenerations, numbers: readonly number[]): boolean {
  return host.problem === undefined && host.damaged.length === 0 && newestOf(host) === numbers.at(-1);
}

function newestOf({ whole, damaged }: HostGenerations): number {
  return Math.max(0, ...whole, ...damaged.map(({ number }) => number));
}

function numbersOf(hosts: readonly HostGenerations[]): readonly number[] {
  const numbers = hosts.flatMap(({ whole, damaged }) => [...whole, ...damaged.map(({ number }) => number)]);
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}

function headOf(titles: readonly string[]): Row {
  return titles.map((text) => ({ text, color: 'dim' }));
}

function entryRow(entry: HistoryEntry, style: Style): Row {
  const router = [String(entry.virtualRouter.vrid), entry.virtualRouter.vip];
  return [
    String(entry.number),
    timeWords(entry.at),
    entry.restored === undefined ? entry.command : `${entry.command} to ${entry.restored}`,
    entry.by,
    ...(style.verbosity > 0 ? router : []),
    entry.hosts.join(', '),
  ];
}
