import { join } from 'node:path';
import { err } from '../../domain/result.ts';
import { inBatches } from '../batches.ts';
import { acceptSource, fetchSource, type FetchedSource, type ReadingContext } from '../source-reader.ts';
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
  if (!folder.ok) context.problems.error(refusal(folder.error, root));
  if (!folder.ok || folder.value === undefined) return new Map();
  const { value } = folder;
  const fetched = await inBatches(names, async (name) => fetchAll(value, name, { root, context }));
  // Only now, and in order: what is said must not depend on which file was read first.
  const found = names.map((name, index) => [name, parseAll(fetched[index] ?? [], context.problems)] as const);
  return new Map(found.filter(([, variables]) => variables.size > 0));
}

async function fetchAll(
  folder: VarsFolder,
  name: string,
  { root, context }: Surroundings,
): Promise<readonly FetchedSource[]> {
  const files = await folder.filesOf(name);
  if (!files.ok) return [err({ message: refusal(files.error, root), hints: [] })];
  const fetched: FetchedSource[] = [];
  // Relative paths in such a file begin where the inventory stands, not inside group_vars.
  for (const path of files.value) fetched.push(await fetchSource(shownName(path, root), context, root.path));
  return fetched;
}

function parseAll(fetched: readonly FetchedSource[], problems: Problems): Variables {
  const sources = fetched.map((one) => acceptSource(one, problems)).filter((source) => source !== undefined);
  return mergeVariables(sources.map((source) => parseVariables(source, problems)));
}

function refusal({ path, reason }: { path: string; reason: string }, root: VarsRoot): string {
  return `cannot read ${shownName(path, root)}: ${reason}`;
}

/** A path below a root, as the user would write it. */
function shownName(path: string, root: VarsRoot): string {
  return join(root.name, path.slice(root.path.length + 1));
}
