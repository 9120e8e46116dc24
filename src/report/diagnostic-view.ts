import type { Diagnostic, SourceSpan } from '../domain/error.ts';
import type { Color, Style } from './ansi.ts';
import { escapeBlock, escapeLine } from './escape.ts';
import { redactSource } from './redact.ts';
import { displayWidth, takeColumns } from './width.ts';

/** A problem with its place in the user's file, the source line, a squiggle and what to do. */
export function diagnosticView(diagnostic: Diagnostic, style: Style): string {
  const { host, message, severity, span, hints } = diagnostic;
  const subject = host === undefined || message.includes(host) ? '' : `${host}: `;
  const lines = [
    problemLine(severity, subject + message, style),
    ...(span === undefined ? [] : spanLines(span, severity === 'error' ? 'red' : 'yellow', style)),
    ...hintLines(hints, style),
  ];
  return `${lines.join('\n')}\n`;
}

/** `konvoy-ha: error: MESSAGE`; further lines of the message are indented below. */
export function problemLine(severity: Diagnostic['severity'], message: string, style: Style): string {
  const label = style.paint(severity === 'error' ? 'red' : 'yellow', `${severity}:`);
  return `konvoy-ha: ${label} ${hanging(message)}`;
}

export function hintLines(hints: readonly string[], style: Style): readonly string[] {
  return hints.map((hint) => `konvoy-ha: ${style.paint('cyan', 'hint:')} ${hanging(hint)}`);
}

/** A text from anywhere, safe to print, its second and later lines indented. */
export function hanging(text: string): string {
  return escapeBlock(text.trimEnd()).replaceAll('\n', '\n    ');
}

function spanLines(span: SourceSpan, color: Color, style: Style): readonly string[] {
  const place = `  --> ${escapeLine(span.file)}:${span.line}:${span.column}`;
  const source = span.text.trimEnd();
  if (source === '') return [place];
  const gutter = String(span.line);
  const { text, start, width } = cutOut(source, span, (style.columns ?? DEFAULT_COLUMNS) - gutter.length - 6);
  return [
    place,
    `  ${style.paint('dim', `${gutter} |`)} ${text}`,
    `  ${style.paint('dim', `${' '.repeat(gutter.length)} |`)} ${' '.repeat(start)}${style.paint(color, '~'.repeat(width))}`,
  ];
}

interface Cutout {
  readonly text: string;
  /** Columns before the squiggle. */
  readonly start: number;
  readonly width: number;
}

/** The part of a source line around the squiggle that fits into `room` columns. */
function cutOut(source: string, span: SourceSpan, room: number): Cutout {
  const text = printable(source);
  const whole = displayWidth(text);
  // Measured on what is printed: tabs, escapes, wide letters and hidden secrets all change the columns.
  const start = Math.min(whole, displayWidth(printable(source.slice(0, span.column - 1))));
  const end = displayWidth(printable(source.slice(0, span.column - 1 + span.length)));
  const width = Math.max(1, Math.min(end, whole) - start);
  if (whole <= room) return { text, start, width };
  const shown = Math.max(MIN_WINDOW, room);
  const from = Math.max(0, Math.min(start - Math.floor(shown / 3), whole - shown + 1));
  const head = takeColumns(text, from);
  const window = takeColumns(text.slice(head.length), shown - (from > 0 ? 1 : 0) - 1);
  const isCutAfter = head.length + window.length < text.length;
  const offset = start - displayWidth(head) + (from > 0 ? 1 : 0);
  return {
    text: `${from > 0 ? '…' : ''}${window}${isCutAfter ? '…' : ''}`,
    start: offset,
    width: Math.max(1, Math.min(width, shown - offset)),
  };
}

function printable(source: string): string {
  return escapeLine(redactSource(source).replaceAll('\t', '    '));
}

/** Where the width is not known: as wide as a log line may be. */
const DEFAULT_COLUMNS = 120;
const MIN_WINDOW = 20;
