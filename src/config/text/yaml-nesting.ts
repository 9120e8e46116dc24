import type { CST } from 'yaml';

/**
 * The offset of the first collection that lies deeper than `limit` levels, or undefined. Works through the tokens with a
 * list of its own instead of recursion, so no input can exhaust the stack here.
 */
export function tooDeepAt(tokens: readonly CST.Token[], limit: number): number | undefined {
  let level: readonly CST.Token[] = tokens.flatMap((token) =>
    token.type === 'document' ? (token.value ?? []) : [],
  );
  for (let depth = 1; level.length > 0; depth++) {
    const collections = level.filter((token) => 'items' in token);
    if (depth > limit) return collections[0]?.offset;
    level = collections.flatMap((token) =>
      token.items.flatMap((item) => [item.key ?? [], item.value ?? []].flat()),
    );
  }
  return undefined;
}
