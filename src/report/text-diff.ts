import { structuredPatch, type StructuredPatchHunk } from 'diff';
import { redactContent } from './redact.ts';

export interface FileVersions {
  /** Absolute path on the host. */
  readonly path: string;
  /** Absent: the file is created. */
  readonly before?: Uint8Array | undefined;
  /** Absent: the file is removed. */
  readonly after?: Uint8Array | undefined;
}

export interface FileDiff {
  /** `redacted`: the versions differ in secrets only. `none`: no line differs. */
  readonly kind: 'text' | 'binary' | 'redacted' | 'none';
  /** Ends in a line feed unless empty. A `text` is a unified diff for `patch -p1`, with secrets hidden on both sides. */
  readonly text: string;
  readonly added: number;
  readonly removed: number;
  /** True when secrets differ too, which the text cannot show. */
  readonly hidesChanges: boolean;
}

/** The difference between two versions of a file as GNU diff writes it, without anything secret. */
export function diffFile({ path, before, after }: FileVersions): FileDiff {
  const names: Names = {
    old: before === undefined ? '/dev/null' : quoteName(`a${path}`),
    new: after === undefined ? '/dev/null' : quoteName(`b${path}`),
  };
  if (isSame(before ?? EMPTY, after ?? EMPTY))
    return { kind: 'none', text: '', added: 0, removed: 0, hidesChanges: false };
  const oldText = decodeText(before ?? EMPTY);
  const newText = decodeText(after ?? EMPTY);
  if (oldText === undefined || newText === undefined) return oneLine('binary', 'Binary files', names);
  const hunks = hunksOf(redactContent(oldText), redactContent(newText));
  if (hunks.length === 0) return oneLine('redacted', 'Redacted values in', names);
  const lines = hunks.flatMap((hunk) => hunk.lines);
  return {
    kind: 'text',
    text: [`--- ${names.old}`, `+++ ${names.new}`, ...hunks.flatMap(hunkLines), ''].join('\n'),
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
    hidesChanges: before !== undefined && after !== undefined && secretsOf(oldText) !== secretsOf(newText),
  };
}

/** The text of a file's content, or undefined when it is none: a NUL byte, or not UTF-8. */
export function decodeText(content: Uint8Array): string | undefined {
  if (content.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined;
  }
}

interface Names {
  readonly old: string;
  readonly new: string;
}

function oneLine(kind: 'binary' | 'redacted', what: string, names: Names): FileDiff {
  return {
    kind,
    text: `${what} ${names.old} and ${names.new} differ\n`,
    added: 0,
    removed: 0,
    hidesChanges: kind === 'redacted',
  };
}

/** The lines that hold secrets. */
function secretsOf(text: string): string {
  const redacted = redactContent(text).split('\n');
  return text
    .split('\n')
    .filter((line, at) => line !== redacted[at])
    .join('\n');
}

function hunksOf(before: string, after: string): readonly StructuredPatchHunk[] {
  if (before === after) return [];
  // An edit length, not a timeout: the same two files give the same diff on every machine.
  const options = { context: 3, maxEditLength: MAX_EDITS };
  const patch = structuredPatch('', '', before, after, undefined, undefined, options);
  return patch?.hunks ?? [replacement(before, after)];
}

/** Everything out, everything in: what is left to say of two texts with nothing in common. */
function replacement(before: string, after: string): StructuredPatchHunk {
  const old = splitLines(before);
  const now = splitLines(after);
  return {
    oldStart: 1,
    oldLines: old.length,
    newStart: 1,
    newLines: now.length,
    lines: [...old.flatMap((line) => marked('-', line)), ...now.flatMap((line) => marked('+', line))],
  };
}

function splitLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function marked(mark: '-' | '+', line: string): readonly string[] {
  return line.endsWith('\n') ? [mark + line.slice(0, -1)] : [mark + line, '\\ No newline at end of file'];
}

function hunkLines(hunk: StructuredPatchHunk): readonly string[] {
  const header = `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`;
  return [header, ...hunk.lines];
}

/** GNU form: a count of 1 is left out, and an empty range names the line before it. */
function range(start: number, lines: number): string {
  if (lines === 1) return String(start);
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

/** C-style quotes, as GNU diff and git write a name that `patch` could not read otherwise. */
function quoteName(name: string): string {
  if (/^[!#-[\]-~]+$/.test(name)) return name;
  const octal = (byte: number): string => `\\${byte.toString(8).padStart(3, '0')}`;
  const bytes = Array.from(new TextEncoder().encode(name), (byte) => {
    const character = String.fromCharCode(byte);
    return /[ -~]/.test(character) && !/["\\]/.test(character) ? character : octal(byte);
  });
  return `"${bytes.join('')}"`;
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

const EMPTY = new Uint8Array();

/** Beyond this many changed lines the search for the shortest diff takes seconds (it grows with the square). */
const MAX_EDITS = 2000;
