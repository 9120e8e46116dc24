import { constants } from 'node:fs';
import { mkdir, open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KonvoyError } from '../../domain/error.ts';
import { knownHostLine, linesFor, parseKnownHosts, type KnownHostLine } from '../known-hosts.ts';

/** The known_hosts files of one run: each is read once, and what the run adds is known at once. */
export class KnownHostsStore {
  readonly #files = new Map<string, Promise<readonly KnownHostLine[]>>();
  readonly #added: KnownHostLine[] = [];
  #lastAppend: Promise<void> = Promise.resolve();

  /** The lines of `files` that speak of `name`; a file that is not there has none. */
  async linesFor(name: string, files: readonly string[]): Promise<readonly KnownHostLine[]> {
    const read = await Promise.all(files.map((file) => this.#linesOf(file)));
    const added = this.#added.filter((line) => files.includes(line.file));
    return linesFor(name, [...read.flat(), ...added]);
  }

  /** Remembers a key in `file` and waits until it is on the disk; one at a time, and a key that is there once only. */
  async add(name: string, key: Buffer, file: string): Promise<void> {
    const append = this.#lastAppend.then(async () => {
      const lines = await this.linesFor(name, [file]);
      if (lines.some((line) => line.marker === 'none' && line.key.equals(key))) return;
      const text = knownHostLine(name, key);
      await appendLine(file, text);
      this.#added.push(...parseKnownHosts(text, file));
    });
    this.#lastAppend = append.catch(() => undefined);
    await append;
  }

  #linesOf(file: string): Promise<readonly KnownHostLine[]> {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const read = readIfThere(file).then((text) => parseKnownHosts(text, file));
    this.#files.set(file, read);
    return read;
  }
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR'))
      return '';
    throw new KonvoyError(`cannot read ${file}: ${String(cause)}`, { code: 'host-key-unknown', cause });
  }
}

async function appendLine(file: string, line: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o600);
  try {
    const stat = await handle.stat();
    const separator = stat.isFile() && !(await endsWithNewline(handle, stat.size)) ? '\n' : '';
    await handle.write(`${separator}${line}`);
    // /dev/null is a common way to say "remember nothing", and cannot be synced.
    if (stat.isFile()) await handle.sync();
  } finally {
    await handle.close();
  }
}

async function endsWithNewline(handle: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return true;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === 0x0a;
}
