/** A string or bytes literal of Python and where it ends. */
export interface PythonString {
  readonly value: string;
  /** Then each character of the value is one byte. */
  readonly isBytes: boolean;
  /** One past the closing quotes. */
  readonly end: number;
}

/** Reads the literal that begins at `start`; undefined when none does, or none that has a value without running anything. */
export function readPythonString(text: string, start: number): PythonString | undefined {
  OPENING.lastIndex = start;
  const opening = OPENING.exec(text)?.groups;
  if (opening === undefined) return undefined;
  const { prefix = '', quotes = '' } = opening;
  const bodyStart = start + prefix.length + quotes.length;
  const bodyEnd = closingAt(text, bodyStart, quotes);
  if (bodyEnd === undefined) return undefined;
  const isBytes = /b/i.test(prefix);
  const body = text.slice(bodyStart, bodyEnd);
  if (isBytes && /[^\0-\x7F]/.test(body)) return undefined;
  const value = /r/i.test(prefix) ? body : decodeEscapes(body, isBytes);
  return value === undefined ? undefined : { value, isBytes, end: bodyEnd + quotes.length };
}

function closingAt(text: string, start: number, quotes: string): number | undefined {
  for (let at = start; at < text.length; at++) {
    if (text.startsWith(quotes, at)) return at;
    // Also in a raw string, a quote after a backslash ends nothing.
    if (text[at] === '\\') at++;
    else if (text[at] === '\n' && quotes.length === 1) return undefined;
  }
  return undefined;
}

/** Undefined for an escape that Python refuses. */
function decodeEscapes(body: string, isBytes: boolean): string | undefined {
  const refused: string[] = [];
  const value = body.replaceAll(
    ESCAPE,
    (whole, octal?: string, byte?: string, code?: string, other?: string) => {
      if (octal !== undefined) return String.fromCodePoint(parseInt(octal, 8) & (isBytes ? 0xff : 0x1ff));
      if (byte !== undefined) return String.fromCodePoint(parseInt(byte, 16));
      if (isBytes && /^\\[uUN]/.test(whole)) return whole;
      const number = code === undefined ? undefined : parseInt(code.slice(1), 16);
      if (number !== undefined && number <= LAST_CHARACTER) return String.fromCodePoint(number);
      // Cut short; or, with an N, a character by its name, which only Python's tables tell.
      if (/^\\[xuUN]/.test(whole)) refused.push(whole);
      return ESCAPES.get(other ?? '') ?? whole;
    },
  );
  return refused.length > 0 ? undefined : value;
}

const OPENING = /(?<prefix>u|b|r|br|rb)?(?<quotes>"""|'''|"|')/iy;

const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|([^]))/g;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', ''],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

const LAST_CHARACTER = 0x10_ff_ff;
