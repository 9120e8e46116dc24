/** True when `text` matches a shell pattern of `*`, `?` and `[abc]`, `[!a-c]`; letter case counts, nothing else is special. */
export function matchesGlob(pattern: string, text: string): boolean {
  const parts = toParts(pattern);
  // Works through the text once, coming back only to the last star: no pattern can make it slow.
  let star: { readonly part: number; at: number } | undefined;
  let part = 0;
  let at = 0;
  while (at < text.length) {
    const current = parts[part];
    if (current === '*') {
      star = { part, at };
      part++;
    } else if (current !== undefined && current.test(text.charAt(at))) {
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

export function isGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

/** Each part stands for one character, a star for any number of them. */
function toParts(pattern: string): readonly (RegExp | '*')[] {
  return Array.from(pattern.matchAll(/\[!?[^\]]+\]|[^]/g), ([part]) => {
    if (part === '*') return '*';
    if (part === '?') return /[^]/;
    if (part.length === 1) return new RegExp(escape(part));
    const isNegated = part.startsWith('[!');
    return characterSet(part.slice(isNegated ? 2 : 1, -1), isNegated);
  });
}

/** A range that runs backwards matches nothing, as in a shell. */
function characterSet(set: string, isNegated: boolean): RegExp {
  const ranges = Array.from(set.matchAll(/([^])-([^])|[^]/g), ([whole, first, last]) => {
    if (first === undefined || last === undefined) return escape(whole);
    return first <= last ? `${escape(first)}-${escape(last)}` : '';
  });
  return new RegExp(`[${isNegated ? '^' : ''}${ranges.join('')}]`);
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
