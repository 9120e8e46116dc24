import { readdir, readFile, stat } from 'node:fs/promises';
import { fileTrouble } from '../domain/file-trouble.ts';
import { err, ok, type Result } from '../domain/result.ts';

/** What stands at a path, links followed: pipes and devices are `other`, and can be read as files can. */
export type EntryKind = 'file' | 'folder' | 'other';

/** The operator's disk, as far as reading the configuration needs it; a failure is a reason in words. */
export interface Disk {
  /** Undefined where nothing stands, a link into the void among it. */
  kindOf(path: string): Promise<Result<EntryKind | undefined, string>>;
  /** The names in a folder, in no order. */
  list(path: string): Promise<Result<readonly string[], string>>;
  read(path: string): Promise<Result<string, string>>;
}

/** The disk of this machine. */
export const disk: Disk = { kindOf, list, read };

async function kindOf(path: string): Promise<Result<EntryKind | undefined, string>> {
  try {
    const entry = await stat(path);
    if (entry.isDirectory()) return ok('folder');
    return ok(entry.isFile() ? 'file' : 'other');
  } catch (error) {
    const reason = fileTrouble(error);
    return NOTHING_THERE.includes(reason) ? ok(undefined) : err(reason);
  }
}

async function list(path: string): Promise<Result<readonly string[], string>> {
  try {
    return ok(await readdir(path));
  } catch (error) {
    return err(fileTrouble(error));
  }
}

/** The one place where the bytes of a file of the user's become text. */
async function read(path: string): Promise<Result<string, string>> {
  try {
    const content = await readFile(path);
    if (content.length > LARGEST_FILE) return err(`larger than ${LARGEST_FILE / 2 ** 20} MiB`);
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content));
  } catch (error) {
    return err(fileTrouble(error));
  }
}

const LARGEST_FILE = 16 * 2 ** 20;

/** A name that is too long, or has a NUL in it, cannot be there. */
const NOTHING_THERE = ['no such file', 'ELOOP', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'];
