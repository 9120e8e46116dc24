import { err, ok, type Result } from '../../domain/result.ts';

/** Splits a line into words as Python's `shlex.split` does, which is how Ansible reads `ansible_ssh_common_args`. */
export function splitWords(line: string): Result<readonly string[], string> {
  const words: string[] = [];
  // Each match is one piece: white space, a quoted part, an escaped character, a plain run, or what is left unclosed.
  let word: string | undefined;
  for (const [piece] of line.matchAll(/\s+|'[^']*'|"(?:[^"\\]|\\[^])*"|\\[^]|[^\s'"\\]+|[^]/g)) {
    if (/^\s/.test(piece)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      const text = unquote(piece);
      if (text === undefined) return err(piece === '\\' ? 'ends in a backslash' : `has no closing ${piece}`);
      word = (word ?? '') + text;
    }
  }
  if (word !== undefined) words.push(word);
  return ok(words);
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
