import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Diagnostic } from '../domain/error.ts';
import { err, type Result } from '../domain/result.ts';
import { readIntent, type LimitedIntent } from './intent.ts';
import { CONVERT_HINT } from './ansible/inventory-yaml.ts';
import type { Limit } from './ansible/limit.ts';
import { openSource, Vault } from './ansible/vault.ts';
import { Problems } from './text/problems.ts';
import type { SourceFile } from './text/source.ts';
import type { Operator } from './target.ts';

/** The paths that the user named, absolute or relative to the working folder. */
export interface ConfigPaths {
  /** At least one. */
  readonly inventory: readonly string[];
  /** Without it, `cluster.yaml` beside the first inventory, if it is there. */
  readonly cluster?: string;
}

export interface LoadContext extends Operator {
  /** The working folder, absolute. */
  readonly cwd: string;
  /** What the vault passwords open; without it, nothing that is encrypted can be consumed. */
  readonly vault?: Vault;
  readonly limit?: Limit;
}

/** Reads the user's files and makes an intent of them, or says everything that is wrong with them. */
export async function loadIntent(
  paths: ConfigPaths,
  context: LoadContext,
): Promise<Result<LimitedIntent, readonly Diagnostic[]>> {
  const problems = new Problems();
  const { cwd, vault = new Vault([]) } = context;
  const inventories = await Promise.all(
    paths.inventory.map((path) => readInventory(path, { cwd, vault }, problems)),
  );
  const cluster = await readCluster(paths, { cwd, vault }, problems);
  const readable = inventories.filter((source) => source !== undefined);
  if (readable.length < Math.max(1, inventories.length)) return err(problems.list());
  return readIntent(
    {
      inventories: readable,
      ...(cluster === undefined ? {} : { cluster }),
      ...(context.limit === undefined ? {} : { limit: context.limit }),
    },
    context,
    problems,
  );
}

/** Where paths begin, and what opens the files behind them. */
interface Reach {
  readonly cwd: string;
  readonly vault: Vault;
}

async function readInventory(
  path: string,
  reach: Reach,
  problems: Problems,
): Promise<SourceFile | undefined> {
  const source = await readSource(path, reach);
  if (typeof source !== 'string') return source;
  switch (source) {
    case 'EISDIR':
      problems.error(
        `cannot read ${path}: folders of inventories are not supported yet`,
        undefined,
        CONVERT_HINT,
      );
      break;
    case 'ENOENT':
      problems.error(
        `cannot read ${path}: no such file`,
        undefined,
        'konvoy-ha init writes an inventory to start from',
      );
      break;
    default:
      problems.error(`cannot read ${path}: ${source}`);
  }
  return undefined;
}

async function readCluster(
  paths: ConfigPaths,
  reach: Reach,
  problems: Problems,
): Promise<SourceFile | undefined> {
  const isNamed = paths.cluster !== undefined;
  const path = paths.cluster ?? join(dirname(paths.inventory[0] ?? '.'), 'cluster.yaml');
  const source = await readSource(path, reach);
  if (typeof source !== 'string') return source;
  if (source === 'ENOENT' && !isNamed) return undefined;
  problems.error(`cannot read ${path}: ${source === 'ENOENT' ? 'no such file' : source}`);
  return undefined;
}

/** The file, or why it cannot be read: an error code of the system, or words. */
async function readSource(path: string, { cwd, vault }: Reach): Promise<SourceFile | string> {
  const absolute = resolve(cwd, path);
  try {
    const content = await readFile(absolute);
    if (content.length > LARGEST_FILE) return `larger than ${LARGEST_FILE / 2 ** 20} MiB`;
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    const opened = openSource({ name: path, directory: dirname(absolute) }, text, vault);
    return opened.ok ? opened.value : [opened.error.message, ...opened.error.hints].join('; ');
  } catch (error) {
    if (error instanceof TypeError) return 'not UTF-8 text';
    if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
    throw error;
  }
}

const LARGEST_FILE = 16 * 2 ** 20;
