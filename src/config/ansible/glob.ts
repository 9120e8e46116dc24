/**
 * True when `text` matches a shell pattern as Python's `fnmatch` reads it: `*`, `?`, `[abc]`, `[!a-c]`; letter case counts,
 * nothing else is special.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const parts = toParts(pattern);
  const characters = Array.from(text);
  // Works through the text once, coming back only to the last star: no pattern can make it slow.
  let star: { readonly part: number; at: number } | undefined;
  let part = 0;
  let at = 0;
  while (at < characters.length) {
    const current = parts[part];
    if (current === '*') {
      star = { part, at };
      part++;
    } else if (current?.(characters[at] ?? '') === true) {
      part++;
      at++;
    } else if (star !== undefined) {
      star.at++;
      at = star.at;
      part = star.part + 1;
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === '*');
}

type Part = ((character: string) => boolean) | '*';

/** Each part stands for one character, a star for any number of them. */
function toParts(pattern: string): readonly Part[] {
  // A bracket that stands first in a set is one of its characters; a set that is never closed is none.
  return Array.from(pattern.matchAll(PARTS), ([part, others, those]): Part => {
    if (part === '*') return '*';
    if (part === '?') return () => true;
    const set = others ?? those;
    if (set === undefined) return (character) => character === part;
    const ranges = rangesOf(Array.from(set));
    const holds = (character: string): boolean =>
      ranges.some(([first, last]) => codeOf(first) <= codeOf(character) && codeOf(character) <= codeOf(last));
    return others === undefined ? holds : (character) => !holds(character);
  });
}

/** A range that runs backwards holds nothing; a dash at either end is itself. */
function rangesOf(set: readonly string[]): readonly (readonly [string, string])[] {
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < set.length; at++) {
    const first = set[at] ?? '';
    const last = set[at + 2];
    const isRange = set[at + 1] === '-' && last !== undefined;
    ranges.push([first, isRange ? last : first]);
    if (isRange) at += 2;
  }
  return ranges;
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? -1;
}

const PARTS = /\[!(\][^\]]*|[^\]]+)\]|\[(?!!)(\][^\]]*|[^\]]+)\]|[^]/gu;
