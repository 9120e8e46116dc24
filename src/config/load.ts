import { dirname, join, resolve } from 'node:path';
import type { Diagnostic } from '../domain/error.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { readExtraVariables } from './ansible/extra-vars.ts';
import { readFileVariables } from './ansible/file-variables.ts';
import { readHostList } from './ansible/host-list.ts';
import { InventoryDraft } from './ansible/inventory-draft.ts';
import { readInventoryFile } from './ansible/inventory-file.ts';
import { readScript, type RunScript } from './ansible/inventory-script.ts';
import type { FileVariables, Inventory } from './ansible/inventory.ts';
import type { Limit } from './ansible/limit.ts';
import { findSources, type InventorySource, type VarsRoot } from './ansible/sources.ts';
import type { Vault } from './ansible/vault.ts';
import { inBatches } from './batches.ts';
import { disk } from './disk.ts';
import { readIntent, type LimitedIntent } from './intent.ts';
import { acceptSource, fetchSource, readSource, type ReadingContext } from './source-reader.ts';
import type { Operator } from './target.ts';
import { Problems } from './text/problems.ts';
import { sourceFile, type SourceFile } from './text/source.ts';

/** What the user named for an inventory; paths are absolute or relative to the working folder. */
export interface InventoryPaths {
  /** Files and folders of files. */
  readonly inventory: readonly string[];
  /** Programs that print an inventory; no other program is ever run. */
  readonly scripts?: readonly string[];
  /** `k=v …`, JSON, YAML or `@FILE`, the weakest first. */
  readonly extraVars?: readonly string[];
  /** Where group_vars and host_vars are looked for, too; without it the working folder. */
  readonly playbookDir?: string;
}

/** At least one inventory file, folder or script. */
export interface ConfigPaths extends InventoryPaths {
  /** Without it, `cluster.yaml` beside the first inventory, if it is there. */
  readonly cluster?: string;
  readonly limit?: Limit;
}

export interface LoadContext extends Operator {
  /** The working folder, absolute. */
  readonly cwd: string;
  readonly runScript: RunScript;
  /** Opens what is encrypted, as far as the vault passwords go. */
  readonly vault: Vault;
}

/** An inventory whose files are right, and what there is to say about them all the same. */
export interface LoadedInventory {
  readonly inventory: Inventory;
  readonly warnings: readonly Diagnostic[];
}

/** Reads the user's files and makes an intent of them, or says everything that is wrong with them. */
export async function loadIntent(
  paths: ConfigPaths,
  context: LoadContext,
): Promise<Result<LimitedIntent, readonly Diagnostic[]>> {
  const problems = new Problems();
  const inventory = await readInventory(paths, context, problems);
  const cluster = await readClusterFile(paths, readingOf(context, problems));
  const { limit } = paths;
  return readIntent(
    {
      inventory,
      ...(cluster === undefined ? {} : { cluster }),
      ...(limit === undefined ? {} : { limit }),
    },
    context,
    problems,
  );
}

/** Reads an inventory by itself: it need not have a control plane. */
export async function loadInventory(
  paths: InventoryPaths,
  context: LoadContext,
): Promise<Result<LoadedInventory, readonly Diagnostic[]>> {
  const problems = new Problems();
  const inventory = await readInventory(paths, context, problems);
  if (inventory === undefined || problems.hasErrors) return err(problems.list());
  return ok({ inventory, warnings: problems.list() });
}

function readingOf({ cwd, vault }: LoadContext, problems: Problems): ReadingContext {
  return { disk, cwd, vault, problems };
}

/** Undefined when a part of it cannot be read at all: what seems to be missing elsewhere may be in it. */
async function readInventory(
  paths: InventoryPaths,
  context: LoadContext,
  problems: Problems,
): Promise<Inventory | undefined> {
  const reading = readingOf(context, problems);
  const named = { inventory: paths.inventory, scripts: paths.scripts ?? [] };
  const { sources, roots } = await findSources(named, reading);
  const isComplete = !problems.hasErrors;
  const inventory = await readSources(sources, context.runScript, reading);
  if (!isComplete || inventory === undefined) return undefined;
  const before = problems.errorCount;
  const layers = await readLayers(inventory, { ...paths, roots, home: context.home }, reading);
  return problems.errorCount > before ? undefined : { ...inventory, ...layers };
}

async function readSources(
  sources: readonly InventorySource[],
  runScript: RunScript,
  reading: ReadingContext,
): Promise<Inventory | undefined> {
  const files = await inBatches(sources, async ({ kind, name }) =>
    kind === 'file' ? fetchSource(name, reading) : undefined,
  );
  const { problems } = reading;
  const draft = new InventoryDraft();
  let isReadable = true;
  for (const [index, source] of sources.entries()) {
    const fetched = files[index];
    const file = fetched && acceptSource(fetched, problems);
    if (source.kind === 'script')
      isReadable = (await readScript(source, draft, { runScript, problems })) && isReadable;
    else if (source.kind === 'host-list')
      readHostList(sourceFile(source.name, reading.cwd, source.name), draft, problems);
    else isReadable = file !== undefined && readInventoryFile(file, draft, problems) && isReadable;
  }
  const inventory = draft.finish(problems);
  return isReadable ? inventory : undefined;
}

interface LayerPaths extends InventoryPaths {
  readonly roots: readonly VarsRoot[];
  readonly home: string;
}

/** What is said about groups and hosts beside the inventory itself. */
async function readLayers(
  inventory: Inventory,
  { roots, home, extraVars = [], playbookDir = '' }: LayerPaths,
  reading: ReadingContext,
): Promise<Pick<Inventory, 'besideSources' | 'besidePlaybook' | 'extra'>> {
  const besideSources: FileVariables[] = [];
  for (const root of roots) besideSources.push(await readFileVariables(root, inventory, reading));
  const playbook = { name: playbookDir, path: resolve(reading.cwd, playbookDir) };
  return {
    besideSources,
    besidePlaybook: await readFileVariables(playbook, inventory, reading),
    extra: await readExtraVariables(extraVars, home, reading),
  };
}

async function readClusterFile(paths: ConfigPaths, reading: ReadingContext): Promise<SourceFile | undefined> {
  if (paths.cluster !== undefined) return readSource(paths.cluster, reading);
  const path = join(dirname(paths.inventory[0] ?? '.'), 'cluster.yaml');
  const kind = await reading.disk.kindOf(resolve(reading.cwd, path));
  return kind.ok && kind.value === undefined ? undefined : readSource(path, reading);
}
