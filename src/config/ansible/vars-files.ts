import { extname, join, sep } from 'node:path';
import { err, ok, type Result } from '../../domain/result.ts';
import type { Disk, EntryKind } from '../disk.ts';
import { byCodePoint } from '../text/order.ts';

/** Something in a folder of variables that cannot be read, and why in words. */
export interface Unreadable {
  readonly path: string;
  readonly reason: string;
}

/** Paths of files, the weakest first, or the one thing that stands in the way. */
export type FoundFiles = Result<readonly string[], Unreadable>;

/**
 * One `group_vars` or `host_vars` folder; finds the files of a group or host in it as Ansible's `find_vars_files` does.
 * The folder is listed once, however many names are looked up.
 */
export class VarsFolder {
  readonly #path: string;
  readonly #disk: Disk;
  readonly #names: ReadonlySet<string>;

  private constructor(path: string, disk: Disk, names: readonly string[]) {
    this.#path = path;
    this.#disk = disk;
    this.#names = new Set(names);
  }

  /** Undefined where there is none. */
  static async open(path: string, disk: Disk): Promise<Result<VarsFolder | undefined, Unreadable>> {
    const kind = await disk.kindOf(path);
    if (!kind.ok) return err({ path, reason: kind.error });
    if (kind.value === undefined) return ok(undefined);
    if (kind.value !== 'folder') return err({ path, reason: 'is not a folder' });
    const names = await disk.list(path);
    return names.ok ? ok(new VarsFolder(path, disk, names.value)) : err({ path, reason: names.error });
  }

  /** The files of one group or host: `name`, which may be a folder, else `name.yml`, `name.yaml`, `name.json`. */
  async filesOf(name: string): Promise<FoundFiles> {
    if (!this.#isInside(name)) return ok([]);
    for (const extension of EXTENSIONS) {
      if (!name.includes(sep) && !this.#names.has(name + extension)) continue;
      const path = join(this.#path, name + extension);
      const kind = await this.#disk.kindOf(path);
      if (!kind.ok) return err({ path, reason: kind.error });
      if (kind.value !== undefined) return this.#filesAt(path, kind.value);
    }
    return ok([]);
  }

  async #filesAt(path: string, kind: EntryKind): Promise<FoundFiles> {
    switch (kind) {
      case 'folder':
        return this.#filesBelow(path, 0);
      case 'file':
        return ok([path]);
      case 'other':
        return err({ path, reason: 'is not a file' });
      default:
        return kind satisfies never;
    }
  }

  async #filesBelow(path: string, depth: number): Promise<FoundFiles> {
    // A folder that a link in it leads back to never ends.
    if (depth >= DEEPEST_FOLDER) return err({ path, reason: `folders in folders, ${depth} levels deep` });
    const names = await this.#disk.list(path);
    if (!names.ok) return err({ path, reason: names.error });
    const found: string[] = [];
    for (const name of [...names.value].sort(byCodePoint)) {
      if (name.startsWith('.') || name.endsWith('~') || !EXTENSIONS.includes(extname(name))) continue;
      const files = await this.#filesIn(join(path, name), depth);
      if (!files.ok) return files;
      found.push(...files.value);
    }
    return ok(found);
  }

  /** Of an entry of a folder; one that is neither file nor folder counts for nothing here. */
  async #filesIn(path: string, depth: number): Promise<FoundFiles> {
    const kind = await this.#disk.kindOf(path);
    if (!kind.ok) return err({ path, reason: kind.error });
    if (kind.value === 'file') return ok([path]);
    return kind.value === 'folder' && extname(path) === '' ? this.#filesBelow(path, depth + 1) : ok([]);
  }

  /** A host may be called `../../etc/passwd`, and no file outside the folder is read for it. */
  #isInside(name: string): boolean {
    return !name.startsWith(sep) && join(this.#path, name).startsWith(this.#path + sep);
  }
}

/** In the order in which Ansible tries them. */
const EXTENSIONS = ['', '.yml', '.yaml', '.json'];

const DEEPEST_FOLDER = 20;
