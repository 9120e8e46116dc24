import type { Check, CheckStatus, Verdict } from '../domain/verdict.ts';
import type { Color, Style } from './ansi.ts';
import { table, type Row } from './table.ts';
import { counted } from './words.ts';

/** Checks with their counts; `isBrief` leaves out those that passed, for a run whose result is something else. */
export function checksView(checks: readonly Check[], style: Style, isBrief: boolean): string {
  const shown = worthShowing(checks, isBrief);
  if (isBrief && shown.length === 0) return '';
  const isBad = checks.some((check) => check.status === 'fail');
  return withFooter(shown, style, style.paint(isBad ? 'red' : 'green', `konvoy-ha: ${checkCounts(checks)}`));
}

/** A verdict, as `checksView`, with the hosts that hold the VIP. */
export function verdictView(verdict: Verdict, style: Style, isBrief: boolean): string {
  const word = verdict.isGood ? 'verified' : 'not verified';
  const text = `konvoy-ha: ${word}: ${checkCounts(verdict.checks)}${ownerWords(verdict)}`;
  const shown = worthShowing(verdict.checks, isBrief);
  return withFooter(shown, style, style.paint(verdict.isGood ? 'green' : 'red', text));
}

function worthShowing(checks: readonly Check[], isBrief: boolean): readonly Check[] {
  return isBrief ? checks.filter((check) => check.status === 'fail' || check.status === 'warn') : checks;
}

function withFooter(shown: readonly Check[], style: Style, footer: string): string {
  return [...checkLines(shown, style), ...(shown.length > 0 ? [''] : []), footer, ''].join('\n');
}

/** Status, name, host, evidence, and a hint below where there is one. */
function checkLines(checks: readonly Check[], style: Style): readonly string[] {
  return table(checks.flatMap(checkRows), style);
}

/** `1 failed, 2 warnings, 14 passed, 1 skipped`, without what did not happen. */
function checkCounts(checks: readonly Check[]): string {
  const count = (status: CheckStatus): number => checks.filter((check) => check.status === status).length;
  const parts = [
    count('fail') === 0 ? '' : `${count('fail')} failed`,
    count('warn') === 0 ? '' : counted(count('warn'), 'warning'),
    `${count('pass')} passed`,
    count('skipped') === 0 ? '' : `${count('skipped')} skipped`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function checkRows(check: Check): readonly Row[] {
  const head: Row = [
    { text: check.status, color: COLORS[check.status] },
    check.name,
    check.host ?? '',
    check.evidence,
  ];
  return check.hint === undefined
    ? [head]
    : [head, ['', '', '', { text: `hint: ${check.hint}`, color: 'cyan' }]];
}

/** Nothing is said without an owner: an endpoint of somebody else's has none, and a missing one is a failed check. */
function ownerWords({ owners }: Verdict): string {
  if (owners.length === 0) return '';
  if (owners.length === 1) return `; vip active on ${owners.join()}`;
  return `; ${owners.length} hosts hold the vip: ${owners.join(', ')}`;
}

const COLORS: Readonly<Record<CheckStatus, Color>> = {
  pass: 'green',
  warn: 'yellow',
  fail: 'red',
  skipped: 'dim',
};
