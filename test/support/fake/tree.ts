/** What stands under a path; contents are never changed in place, so that two may share one. */
export type Entry = FileEntry | DirectoryEntry;

export interface FileEntry {
  readonly kind: 'file';
  readonly content: Uint8Array;
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
}

export interface DirectoryEntry {
  readonly kind: 'directory';
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
}

/** A file system in memory, as far as scripts of konvoy-ha use one: no links, no devices, everything is root's or says so. */
export class FakeTree {
  readonly #entries = new Map<string, Entry>();

  constructor(...directories: readonly string[]) {
    for (const path of directories) this.makeDirectories(path, 0o755);
  }

  get(path: string): Entry | undefined {
    return this.#entries.get(path);
  }

  file(path: string): FileEntry | undefined {
    const entry = this.#entries.get(path);
    return entry?.kind === 'file' ? entry : undefined;
  }

  isDirectory(path: string): boolean {
    return this.#entries.get(path)?.kind === 'directory';
  }

  text(path: string): string | undefined {
    const file = this.file(path);
    return file === undefined ? undefined : new TextDecoder().decode(file.content);
  }

  put(path: string, entry: Entry): void {
    if (!this.isDirectory(parentOf(path))) throw new Error(`there is no directory for ${path}`);
    this.#entries.set(path, entry);
  }

  write(path: string, text: string, mode = 0o644): void {
    const content = new TextEncoder().encode(text);
    this.put(path, { kind: 'file', content, mode, owner: 'root', group: 'root' });
  }

  /** `mkdir -p`. */
  makeDirectories(path: string, mode = 0o755): void {
    if (path !== '' && path !== '/') this.makeDirectories(parentOf(path), 0o755);
    const at = path === '' ? '/' : path;
    if (!this.#entries.has(at))
      this.#entries.set(at, { kind: 'directory', mode, owner: 'root', group: 'root' });
  }

  /** `rm -rf`. */
  remove(path: string): void {
    for (const name of this.#below(path)) this.#entries.delete(name);
    this.#entries.delete(path);
  }

  /** `rmdir`; false when it is not empty or not there. */
  removeEmpty(path: string): boolean {
    if (!this.isDirectory(path) || this.names(path).length > 0) return false;
    return this.#entries.delete(path);
  }

  /** `mv` of a file over a file, or of a directory to where nothing is; false when there is nothing to move. */
  move(from: string, to: string): boolean {
    const entry = this.#entries.get(from);
    if (entry === undefined || this.isDirectory(to)) return false;
    for (const name of this.#below(from)) {
      const below = this.#entries.get(name);
      if (below !== undefined) this.#entries.set(`${to}${name.slice(from.length)}`, below);
      this.#entries.delete(name);
    }
    this.#entries.delete(from);
    this.put(to, entry);
    return true;
  }

  /** What stands in a directory, sorted as a shell's pattern sorts it. */
  names(path: string): readonly string[] {
    const start = path === '/' ? '/' : `${path}/`;
    const names = this.#below(path).map((name) => name.slice(start.length));
    return names.filter((name) => !name.includes('/')).toSorted();
  }

  /** Everything, in the order of its paths. */
  all(): readonly (readonly [string, Entry])[] {
    return [...this.#entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  #below(path: string): readonly string[] {
    const start = path === '/' ? '/' : `${path}/`;
    return [...this.#entries.keys()].filter((name) => name.startsWith(start) && name !== '/');
  }
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
