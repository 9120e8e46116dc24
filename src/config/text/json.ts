import type { Problems } from './problems.ts';
import { beginningOf, type SourceFile } from './source.ts';
import type { TreeNode } from './tree.ts';
import { parseYaml } from './yaml.ts';

/** The value of a text that has to be JSON; undefined when it is not, which has then been said. */
export function parseJson(source: SourceFile, problems: Problems): TreeNode | undefined {
  try {
    JSON.parse(source.text);
  } catch (error) {
    const at = Number(/position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1] ?? 0);
    const place = at < source.text.length ? { source, start: at, end: at + 1 } : beginningOf(source);
    problems.error(source.text.trim() === '' ? 'expected JSON, got nothing' : 'not valid JSON', place);
    return undefined;
  }
  const [tree] = parseYaml(source, problems) ?? [];
  if (tree === undefined && !problems.hasErrors)
    problems.error('expected more than null', beginningOf(source));
  return tree;
}
