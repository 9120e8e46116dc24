/** The candidate that somebody who wrote `word` most likely meant, or undefined when none is close. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > LONGEST_WORD) return undefined;
  const written = fold(word);
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(written, fold(candidate));
    const allowed = Math.min(3, Math.ceil(Math.min(word.length, candidate.length) / 4));
    if (distance <= allowed && (best === undefined || distance < best.distance))
      best = { candidate, distance };
  }
  return best?.candidate;
}

/** `did you mean "x"?` as a list of hints: empty when nothing is close. */
export function didYouMean(word: string, candidates: readonly string[]): readonly string[] {
  const candidate = closest(word, candidates);
  return candidate === undefined ? [] : [`did you mean "${candidate}"?`];
}

/**
 * The least number of insertions, deletions, replacements and swaps of neighbours that make `b` of `a`, where no part is
 * edited twice (optimal string alignment).
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = at(last, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swapped = isSwap ? at(beforeLast, column - 2) + 1 : Infinity;
      current.push(Math.min(at(last, column) + 1, at(current, column - 1) + 1, replaced, swapped));
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, b.length);
}

/** Letter case and the choice of dash or underscore are not what makes two names different words. */
function fold(word: string): string {
  return word.toLowerCase().replaceAll('-', '_');
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}

const LONGEST_WORD = 64;
