import { readFile } from 'node:fs/promises';
import { KonvoyError } from '../../domain/error.ts';
import {
  judgeHostKey,
  knownHostLine,
  linesFor,
  parseKnownHosts,
  type HostKeyVerdict,
  type KnownHostLine,
} from '../known-hosts.ts';
import { appendLocked } from './locked-append.ts';

/** The known_hosts files of one run: each is read once, and what the run adds is known at once. */
export class KnownHostsStore {
  readonly #files = new Map<string, Promise<readonly KnownHostLine[]>>();
  #lastAppend: Promise<unknown> = Promise.resolve();

  /** The lines of `files` that speak of `name`; a file that is not there has none. */
  async linesFor(name: string, files: readonly string[]): Promise<readonly KnownHostLine[]> {
    return linesFor(name, await this.#allLines(files));
  }

  /** Where `files` have `key`, under whatever name: `FILE:LINE: NAMES`. */
  async namesOf(key: Buffer, files: readonly string[]): Promise<readonly string[]> {
    const lines = await this.#allLines(files);
    return lines
      .filter((line) => line.marker === 'none' && line.key.equals(key))
      .map(({ file, line, hosts }) => `${file}:${line}: ${hosts.startsWith('|') ? '[hashed name]' : hosts}`);
  }

  /**
   * Remembers a key in `file` and waits until it is on the disk, unless the file as it is now says something about it:
   * it resolves with that, or with `unknown` when the key was new to it.
   */
  async add(name: string, key: Buffer, file: string): Promise<HostKeyVerdict> {
    const append = this.#lastAppend.then(async () => {
      let judged: HostKeyVerdict = { verdict: 'unknown' };
      const text = await appendLocked(file, (current) => {
        judged = judgeHostKey(key, linesFor(name, parseKnownHosts(current, file)));
        const isNew = judged.verdict === 'unknown' || judged.verdict === 'needs-certificate';
        return isNew ? knownHostLine(name, key) : undefined;
      });
      this.#files.set(file, Promise.resolve(parseKnownHosts(text, file)));
      return judged;
    });
    this.#lastAppend = append.catch(() => undefined);
    return append;
  }

  async #allLines(files: readonly string[]): Promise<readonly KnownHostLine[]> {
    return (await Promise.all(files.map((file) => this.#linesOf(file)))).flat();
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
