/** The rows of a table for `it.each(…)('%s', …)`: `$title` would put titles into quotes and cut them off. */
export function named<Case extends { readonly title: string }>(
  cases: readonly Case[],
): readonly (readonly [title: string, row: Case])[] {
  return cases.map((row) => [row.title, row]);
}
