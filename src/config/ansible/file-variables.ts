import { join } from 'node:path';
import { inBatches } from '../batches.ts';
import { readSource, type ReadingContext } from '../source-reader.ts';
import { Cursor, type Field } from '../text/cursor.ts';
import { beginningOf, type SourceFile } from '../text/source.ts';
import { parseYaml } from '../text/yaml.ts';
import type { Problems } from '../text/problems.ts';
import { mergeVariables, type FileVariables, type Inventory, type Variables } from './inventory.ts';
import type { VarsRoot } from './sources.ts';
import { VarsFolder } from './vars-files.ts';

/** Reads what group_vars and host_vars of one folder say about the groups and hosts that there are. */
export async function readFileVariables(
  root: VarsRoot,
  { groups, hosts }: Inventory,
  context: ReadingContext,
): Promise<FileVariables> {
  return {
    groups: await readFolder('group_vars', [...groups.keys()], { root, context }),
    hosts: await readFolder('host_vars', [...hosts.keys()], { root, context }),
  };
}

/** The variables that one file sets: it holds one map, or nothing. */
export function parseVariables(source: SourceFile, problems: Problems): Variables {
  return readDocument(source, problems) ?? new Map<string, Field>();
}

/** The same for a file that may not be empty. */
export function parseSomeVariables(source: SourceFile, problems: Problems): Variables {
  const before = problems.errorCount;
  const variables = readDocument(source, problems);
  if (variables === undefined && problems.errorCount === before)
    problems.error('there are no variables in it', beginningOf(source));
  return variables ?? new Map<string, Field>();
}

/** Undefined when there is nothing in it, or nothing that can be read. */
function readDocument(source: SourceFile, problems: Problems): Variables | undefined {
  const [document, second] = parseYaml(source, problems) ?? [];
  if (second !== undefined) {
    problems.error('a file of variables has one document', second.place, 'remove the "---" in the middle');
  }
  if (document === undefined) return undefined;
  if (document.kind !== 'map') {
    problems.error('expected variables, such as "ansible_user: ops"', beginningOf(source));
    return undefined;
  }
  const fields = new Cursor(document, '', problems).fields();
  return new Map(fields.map((field) => [field.key, field]));
}

interface Surroundings {
  readonly root: VarsRoot;
  readonly context: ReadingContext;
}

async function readFolder(
  folderName: string,
  names: readonly string[],
  { root, context }: Surroundings,
): Promise<ReadonlyMap<string, Variables>> {
  const folder = await VarsFolder.open(join(root.path, folderName), context.disk);
  if (!folder.ok) refuse(folder.error, { root, context });
  if (!folder.ok || folder.value === undefined) return new Map();
  const { value } = folder;
  const found = await inBatches(names, async (name): Promise<readonly [string, Variables]> => {
    return [name, await readAll(value, name, { root, context })];
  });
  return new Map(found.filter(([, variables]) => variables.size > 0));
}

async function readAll(folder: VarsFolder, name: string, around: Surroundings): Promise<Variables> {
  const files = await folder.filesOf(name);
  if (!files.ok) {
    refuse(files.error, around);
    return new Map();
  }
  const layers: Variables[] = [];
  for (const path of files.value) {
    // Relative paths in such a file begin where the inventory stands, not inside group_vars.
    const source = await readSource(shownName(path, around.root), around.context, around.root.path);
    if (source !== undefined) layers.push(parseVariables(source, around.context.problems));
  }
  return mergeVariables(layers);
}

function refuse({ path, reason }: { path: string; reason: string }, { root, context }: Surroundings): void {
  context.problems.error(`cannot read ${shownName(path, root)}: ${reason}`);
}

/** A path below a root, as the user would write it. */
function shownName(path: string, root: VarsRoot): string {
  return join(root.name, path.slice(root.path.length + 1));
}
