import { dirname, join, resolve } from 'node:path';
import type { Disk } from '../disk.ts';
import type { ReadingContext } from '../source-reader.ts';
import { byCodePoint } from '../text/order.ts';
import type { Problems } from '../text/problems.ts';
import { isHostList } from './host-list.ts';

/** One thing that an inventory is read from. */
export interface InventorySource {
  /** A script is run, and only because the user named it as one. A list of hosts stands in the command line itself. */
  readonly kind: 'file' | 'script' | 'host-list';
  /** The path as the user knows it, for messages; or the list. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

/** Which sources the user named: files and folders, and scripts, relative to the working folder. */
export interface NamedSources {
  readonly inventory: readonly string[];
  readonly scripts: readonly string[];
}

/** A folder beside which group_vars and host_vars may stand. */
export interface VarsRoot {
  /** As the user knows it, for messages; `.` or empty for the working folder. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

export interface FoundSources {
  readonly sources: readonly InventorySource[];
  /** The folders of the named sources, or the sources that are folders: no folder inside one of them. */
  readonly roots: readonly VarsRoot[];
}

/**
 * The sources in the order in which they are read: as named, a folder's in the order of their names, and last the scripts
 * that are in none of the folders. What cannot be looked at is a problem.
 */
export async function findSources(
  { inventory, scripts }: NamedSources,
  { disk, cwd, problems }: ReadingContext,
): Promise<FoundSources> {
  const search = new SourceSearch(disk, new Set(scripts.map((path) => resolve(cwd, path))), problems);
  const roots: VarsRoot[] = [];
  const visit = async (name: string): Promise<void> => {
    const path = resolve(cwd, name);
    const kind = await search.visitNamed(name, path);
    if (kind === 'folder') roots.push({ name, path });
    if (kind === 'file') roots.push({ name: dirname(name), path: dirname(path) });
  };
  for (const name of inventory) await visit(name);
  for (const name of scripts) if (!search.hasFound(resolve(cwd, name))) await visit(name);
  // Of two sources in one folder the later one decides where its files count.
  const isLast = ({ path }: VarsRoot, index: number): boolean =>
    roots.findLastIndex((root) => root.path === path) === index;
  return { sources: search.found, roots: roots.filter(isLast) };
}

/** The names in a folder of inventories that Ansible reads, in its order. */
export function inventoryNames(names: readonly string[]): readonly string[] {
  return names.filter((name) => !IGNORED.test(name)).sort(byCodePoint);
}

class SourceSearch {
  readonly found: InventorySource[] = [];
  readonly #disk: Disk;
  readonly #scripts: ReadonlySet<string>;
  readonly #problems: Problems;

  constructor(disk: Disk, scripts: ReadonlySet<string>, problems: Problems) {
    this.#disk = disk;
    this.#scripts = scripts;
    this.#problems = problems;
  }

  hasFound(path: string): boolean {
    return this.found.some((source) => source.path === path);
  }

  async visitNamed(name: string, path: string): Promise<'file' | 'folder' | 'host-list'> {
    const kind = await this.#disk.kindOf(path);
    if (kind.ok && kind.value === undefined) {
      if (isHostList(name)) {
        this.found.push({ kind: 'host-list', name, path });
        return 'host-list';
      }
      this.#cannotRead(name, 'no such file', 'konvoy-ha init writes an inventory to start from');
      return 'file';
    }
    const foundBefore = this.found.length;
    const errorsBefore = this.#problems.errorCount;
    await this.#visit(name, path, 0);
    if (this.found.length === foundBefore && this.#problems.errorCount === errorsBefore) {
      this.#problems.error(`there is no inventory in ${name}`, undefined, IGNORED_HINT);
    }
    return kind.ok && kind.value === 'folder' ? 'folder' : 'file';
  }

  async #visit(name: string, path: string, depth: number): Promise<void> {
    const kind = await this.#disk.kindOf(path);
    if (!kind.ok) this.#cannotRead(name, kind.error);
    else if (kind.value === undefined) this.#cannotRead(name, 'no such file');
    else if (kind.value === 'folder') await this.#visitFolder(name, path, depth);
    else this.found.push({ kind: this.#scripts.has(path) ? 'script' : 'file', name, path });
  }

  async #visitFolder(name: string, path: string, depth: number): Promise<void> {
    const names = await this.#disk.list(path);
    // A folder that a link in it leads back to never ends.
    if (depth >= DEEPEST_FOLDER) this.#cannotRead(name, `folders in folders, ${depth} levels deep`);
    else if (!names.ok) this.#cannotRead(name, names.error);
    else {
      for (const entry of inventoryNames(names.value)) {
        await this.#visit(join(name, entry), join(path, entry), depth + 1);
      }
    }
  }

  #cannotRead(name: string, reason: string, ...hints: readonly string[]): void {
    this.#problems.error(`cannot read ${name}: ${reason}`, undefined, ...hints);
  }
}

/** Ansible's IGNORED (inventory/manager.py) with its default extensions; those that are no inventories by their name. */
const IGNORED =
  /^\.|^(?:host_vars|group_vars|vars_plugins)$|(?:\.pyc|\.pyo|\.swp|\.bak|~|\.rpm|\.md|\.txt|\.rst|\.orig|\.ini|\.cfg|\.retry)$/;

const IGNORED_HINT =
  'as in Ansible, hidden files and names that end in .ini, .cfg, .txt, .md, … are passed over in a folder';

const DEEPEST_FOLDER = 20;
