/**
 * Compares two texts by their code points, as Python and `LC_ALL=C` sort: JavaScript's own `<` puts characters beyond
 * U+FFFF before some that are below.
 */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    if (a.charCodeAt(at) === b.charCodeAt(at)) continue;
    // Equal up to here, so both indices stand at the beginning of a character or at the low half of the same high one.
    return (a.codePointAt(at) ?? 0) - (b.codePointAt(at) ?? 0);
  }
  return a.length - b.length;
}
