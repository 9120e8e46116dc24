import { dirname, resolve } from 'node:path';
import type { Disk } from './disk.ts';
import { openSource, type Vault } from './ansible/vault.ts';
import type { Problems } from './text/problems.ts';
import type { SourceFile } from './text/source.ts';

/** Where what a reader of files needs comes from. */
export interface ReadingContext {
  readonly disk: Disk;
  /** The working folder, absolute. */
  readonly cwd: string;
  readonly vault: Vault;
  readonly problems: Problems;
}

/** Reads a file of the user's; undefined, and a problem, when that cannot be done. */
export async function readSource(
  name: string,
  { disk, cwd, vault, problems }: ReadingContext,
  directory?: string,
): Promise<SourceFile | undefined> {
  const path = resolve(cwd, name);
  const text = await disk.read(path);
  if (!text.ok) {
    problems.error(`cannot read ${name}: ${text.error}`);
    return undefined;
  }
  const opened = openSource({ name, directory: directory ?? dirname(path) }, text.value, vault);
  if (opened.ok) return opened.value;
  problems.error(`cannot read ${name}: ${opened.error.message}`, undefined, ...opened.error.hints);
  return undefined;
}
