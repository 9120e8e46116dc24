import { join } from 'node:path';
import type { Disk } from '../../src/config/disk.ts';
import { err, ok } from '../../src/domain/result.ts';

/** What stands at a path: a text is a file, `undefined` a pipe; `{ unreadable }` is a folder that nobody may look into. */
export interface FakeFolder {
  readonly [name: string]: FakeEntry;
}

type FakeEntry = string | undefined | FakeFolder | Unreadable;

/** A folder or file that the system refuses to open. */
export class Unreadable {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** A disk that holds one tree, and remembers what was read of it. */
export class FakeDisk implements Disk {
  readonly reads: string[] = [];
  readonly #entries = new Map<string, FakeEntry>();

  constructor(root: string, tree: FakeFolder) {
    this.#add(root, tree);
  }

  async kindOf(path: string): ReturnType<Disk['kindOf']> {
    if (!this.#entries.has(path)) return ok(undefined);
    const entry = this.#entries.get(path);
    if (entry instanceof Unreadable) return err(entry.reason);
    if (entry === undefined) return ok('other');
    return ok(typeof entry === 'string' ? 'file' : 'folder');
  }

  async list(path: string): ReturnType<Disk['list']> {
    const entry = this.#entries.get(path);
    if (typeof entry !== 'object' || entry instanceof Unreadable) throw new Error(`${path} is no folder`);
    return ok(Object.keys(entry));
  }

  async read(path: string): ReturnType<Disk['read']> {
    this.reads.push(path);
    const entry = this.#entries.get(path);
    return typeof entry === 'string' ? ok(entry) : err('no such file');
  }

  #add(path: string, entry: FakeEntry): void {
    this.#entries.set(path, entry);
    if (typeof entry !== 'object' || entry instanceof Unreadable) return;
    for (const [name, inner] of Object.entries(entry)) this.#add(join(path, name), inner);
  }
}
