import type { Problems } from './problems.ts';
import type { SourceFile } from './source.ts';
import type { TreeNode } from './tree.ts';
import { parseYaml } from './yaml.ts';

export function parseJson(source: SourceFile, problems: Problems): TreeNode | undefined {
  return parseYaml(source, problems)?.[0];
}
