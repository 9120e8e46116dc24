import { err, ok, type Result } from '../../domain/result.ts';

/** A word and where it stands in the line, with its quotes. */
export interface ShellWord {
  readonly text: string;
  readonly start: number;
  /** One past the last unit. */
  readonly end: number;
}

/** Splits a line into words as Python's `shlex.split` does, which is how Ansible reads `ansible_ssh_common_args`. */
export function splitWords(line: string): Result<readonly string[], string> {
  const words = split(line, PIECE);
  return words.ok ? ok(words.value.map(({ text }) => text)) : words;
}

/** The same, where a `#` outside quotes begins a comment, even in the middle of a word: so Ansible reads lines of INI files. */
export function splitCommentedWords(line: string): Result<readonly ShellWord[], string> {
  return split(line, COMMENTED_PIECE);
}

function split(line: string, pieces: RegExp): Result<readonly ShellWord[], string> {
  const words: ShellWord[] = [];
  let word: ShellWord | undefined;
  for (const { 0: piece, index: start } of line.matchAll(pieces)) {
    if (piece === '#' && pieces === COMMENTED_PIECE) break;
    if (/^[ \t\r\n]/.test(piece)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      const text = unquote(piece);
      if (text === undefined) return err(piece === '\\' ? 'ends in a backslash' : `has no closing ${piece}`);
      word = { text: (word?.text ?? '') + text, start: word?.start ?? start, end: start + piece.length };
    }
  }
  return ok(word === undefined ? words : [...words, word]);
}

function unquote(piece: string): string | undefined {
  if (piece.length === 1 && /['"\\]/.test(piece)) return undefined;
  switch (piece[0]) {
    case "'":
      return piece.slice(1, -1);
    case '"':
      // Between double quotes a backslash escapes itself and the quote, and is otherwise a backslash.
      return piece.slice(1, -1).replaceAll(/\\(["\\])/g, '$1');
    case '\\':
      return piece.slice(1);
    default:
      return piece;
  }
}

/** White space, a quoted part, an escaped character, a plain run, or what is left unclosed. */
const PIECE = /[ \t\r\n]+|'[^']*'|"[^"\\]*(?:\\[^][^"\\]*)*"|\\[^]|[^ \t\r\n'"\\]+|[^]/g;
const COMMENTED_PIECE = /[ \t\r\n]+|'[^']*'|"[^"\\]*(?:\\[^][^"\\]*)*"|\\[^]|[^ \t\r\n'"\\#]+|[^]/g;
