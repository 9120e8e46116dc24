import type { Place, SourceFile } from '../text/source.ts';

/** A stretch of text in its file. */
export interface PlacedText {
  readonly text: string;
  readonly place: Place;
}

/** The lines of a file as Python's `splitlines` and `strip` make them, without the empty ones and the comments. */
export function* iniLines(source: SourceFile): Generator<PlacedText> {
  let start = 0;
  for (const { index, 0: ending } of source.text.matchAll(LINE_END)) {
    const line = stripped({ text: source.text.slice(start, index), place: { source, start, end: index } });
    if (line.text !== '' && !/^[;#]/.test(line.text)) yield line;
    start = index + ending.length;
  }
}

/** Without the white space at both ends, as Python's `strip` takes it for such. */
export function stripped({ text, place }: PlacedText): PlacedText {
  const withoutEnd = text.slice(0, endOf(text));
  const inner = withoutEnd.replace(LEADING_SPACE, '');
  const start = place.start + withoutEnd.length - inner.length;
  return { text: inner, place: { source: place.source, start, end: start + inner.length } };
}

/** From behind, one by one: a pattern would try every blank inside the text. */
function endOf(text: string): number {
  let end = text.length;
  while (end > 0 && SPACE.test(text.charAt(end - 1))) end--;
  return end;
}

/** FS, GS and RS, which Python holds for ends of lines; US is white space to it. */
const SEPARATORS = String.fromCodePoint(0x1c, 0x1d, 0x1e);
const UNIT_SEPARATOR = String.fromCodePoint(0x1f);

/** The last line may have no end. */
const LINE_END = new RegExp(`\\r\\n|[\\n\\v\\f\\r${SEPARATORS}\\x85\\u2028\\u2029]|$`, 'g');
/** Unlike JavaScript, Python has no byte order mark among them. */
const SPACE = new RegExp(`(?!\\uFEFF)[\\s${SEPARATORS}${UNIT_SEPARATOR}\\x85]`);
const LEADING_SPACE = new RegExp(`^(?:${SPACE.source})+`);
