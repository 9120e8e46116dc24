import type { SourceSpan } from '../../domain/error.ts';
import { err } from '../../domain/result.ts';
import type { VaultOpener } from './complaint.ts';

/** A file of the user's as it was read; every place in it is measured in its text. */
export interface SourceFile {
  /** The path as the user knows it, for messages. */
  readonly name: string;
  /** The folder it stands in, absolute: relative paths written inside the file start there. */
  readonly directory: string;
  /** Without a byte order mark. */
  readonly text: string;
  /** Where each line begins. */
  readonly lineStarts: readonly number[];
  /** True for a file that was encrypted as a whole: no line of it is ever shown. */
  readonly isSecret: boolean;
  /** What opens the encrypted values in it. */
  readonly vault: VaultOpener;
}

/** A stretch of a file, in UTF-16 units from its beginning; cheap, unlike the span made from it. */
export interface Place {
  readonly source: SourceFile;
  readonly start: number;
  /** One past the last unit. */
  readonly end: number;
}

export function sourceFile(
  name: string,
  directory: string,
  content: string,
  { isSecret = false, vault = LOCKED }: Partial<Pick<SourceFile, 'isSecret' | 'vault'>> = {},
): SourceFile {
  const text = content.replace(/^\uFEFF/, '');
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return { name, directory, text, lineStarts, isSecret, vault };
}

/** The place as a person reads it; of a place that covers several lines, the part on the first of them. */
export function spanOf(place: Place): SourceSpan {
  const { text, name, lineStarts } = place.source;
  const start = Math.max(0, Math.min(place.start, text.length));
  const line = lineIndex(lineStarts, start);
  const lineStart = lineStarts[line] ?? 0;
  const lineText = text.slice(lineStart, (lineStarts[line + 1] ?? text.length + 1) - 1).replace(/\r$/, '');
  return {
    file: name,
    line: line + 1,
    column: start - lineStart + 1,
    length: Math.max(1, Math.min(place.end, lineStart + lineText.length) - start),
    text: place.source.isSecret ? '' : masked(place.source, line, lineText),
  };
}

/** The part of a place where `fragment` stands, or the whole place when the text is written another way there. */
export function within(place: Place, fragment: string): Place {
  const at = place.source.text.slice(place.start, place.end).indexOf(fragment);
  if (fragment === '' || at === -1) return place;
  return { source: place.source, start: place.start + at, end: place.start + at + fragment.length };
}

/** The first character of a file, for what is wrong with all of it. */
export function beginningOf(source: SourceFile): Place {
  return { source, start: 0, end: 1 };
}

/** Of a line that is wrong in a thousand places the secrets are looked for once. */
function masked(source: SourceFile, line: number, text: string): string {
  const last = lastMasked.get(source);
  if (last?.line === line) return last.text;
  const shown = maskSecrets(text);
  lastMasked.set(source, { line, text: shown });
  return shown;
}

/** A line is shown to point at something in it, and may hold a password too; the columns stay where they are. */
function maskSecrets(line: string): string {
  const name = SECRET_NAME.exec(line);
  if (name === null) return line;
  const start = name.index + name[0].length;
  const value = line.slice(start).trimStart();
  return line.slice(0, line.length - value.length) + '*'.repeat(value.length);
}

function lineIndex(lineStarts: readonly number[], offset: number): number {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

const LOCKED: VaultOpener = {
  open: () => err({ message: 'the value is encrypted, and nothing here opens it', hints: [] }),
};

// Looks forward only: a look behind takes hours for a line of a megabyte of white space.
const SECRET_NAME = /(?:auth|pass|passwd|password|secret|token)["']?\s*[:=]/i;

/** The line of each file that was shown last. */
const lastMasked = new WeakMap<SourceFile, { readonly line: number; readonly text: string }>();
