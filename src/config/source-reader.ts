import { dirname, resolve } from 'node:path';
import { err, type Result } from '../domain/result.ts';
import type { Disk } from './disk.ts';
import { openSource, type Vault } from './ansible/vault.ts';
import type { Complaint } from './text/complaint.ts';
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

/** A file as it was read, or why it could not be. */
export type FetchedSource = Result<SourceFile, Complaint>;

/** Reads a file of the user's and complains to nobody: several may be read at a time, and are accepted in order. */
export async function fetchSource(
  name: string,
  { disk, cwd, vault }: Omit<ReadingContext, 'problems'>,
  directory?: string,
): Promise<FetchedSource> {
  const path = resolve(cwd, name);
  const text = await disk.read(path);
  if (!text.ok) return err({ message: `cannot read ${name}: ${text.error}`, hints: [] });
  const opened = openSource({ name, directory: directory ?? dirname(path) }, text.value, vault);
  return opened.ok
    ? opened
    : err({ ...opened.error, message: `cannot read ${name}: ${opened.error.message}` });
}

/** The file; undefined, and a problem, when it could not be read. */
export function acceptSource(fetched: FetchedSource, problems: Problems): SourceFile | undefined {
  if (fetched.ok) return fetched.value;
  problems.error(fetched.error.message, undefined, ...fetched.error.hints);
  return undefined;
}

/** Reads a file of the user's; undefined, and a problem, when that cannot be done. */
export async function readSource(name: string, context: ReadingContext): Promise<SourceFile | undefined> {
  return acceptSource(await fetchSource(name, context), context.problems);
}
