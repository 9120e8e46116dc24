/**
 * Makes a text safe to print on one line: every control, format (bidi overrides, zero width) and separator character
 * becomes a visible escape, line feeds and tabs too.
 */
export function escapeLine(text: string): string {
  return text.replaceAll(UNSAFE, visible);
}

/** Like `escapeLine`, but line feeds stay; a carriage return before one goes with it. */
export function escapeBlock(text: string): string {
  return text.replaceAll('\r\n', '\n').split('\n').map(escapeLine).join('\n');
}

/** Like `escapeLine`, but tabs stay: for file contents, where they are harmless and matter. */
export function escapeContent(line: string): string {
  return line.split('\t').map(escapeLine).join('\t');
}

/** The same characters as JSON escapes, for a line that is JSON already: NDJSON may be read on a terminal too. */
export function escapeJson(line: string): string {
  return line.replaceAll(UNSAFE, (unsafe) =>
    Array.from({ length: unsafe.length }, (_, at) => `\\u${hex(unsafe.charCodeAt(at), 4)}`).join(''),
  );
}

function visible(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${hex(code, 2)}`;
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 5)}}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

/** Controls (C0, DEL, C1), format characters, lone surrogates, line and paragraph separators. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
