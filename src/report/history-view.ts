import type { HistoryEntry } from '../domain/generation.ts';
import type { Style } from './ansi.ts';
import { timeWords } from './dead-man-view.ts';
import { table, type Row } from './table.ts';
import { counted } from './words.ts';

/** The generations on the hosts, the newest at the bottom, next to the prompt. */
export function historyView(entries: readonly HistoryEntry[], style: Style): string {
  if (entries.length === 0) return 'konvoy-ha: no generations; konvoy-ha has not changed these hosts\n';
  const titles = [
    'generation',
    'when',
    'command',
    'by',
    ...(style.verbosity > 0 ? ['vrid', 'vip'] : []),
    'hosts',
  ];
  const head: Row = titles.map((text) => ({ text, color: 'dim' }));
  const next = entries.length > 1 ? '; next: konvoy-ha rollback --to N' : '';
  const footer = style.paint('bold', `konvoy-ha: ${counted(entries.length, 'generation')}${next}`);
  return [...table([head, ...entries.map((entry) => entryRow(entry, style))], style), '', footer, ''].join(
    '\n',
  );
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
