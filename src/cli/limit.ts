import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { filesOfLimit, type Limit } from '../config/ansible/limit.ts';
import { KonvoyError } from '../domain/error.ts';
import { fileTrouble } from '../domain/file-trouble.ts';
import type { CliIo } from './io.ts';

/** The text after `--limit` with the files that it names. */
export async function readLimit(io: Pick<CliIo, 'cwd'>, text: string): Promise<Limit> {
  const files = filesOfLimit(text).map(async (name): Promise<[string, string]> => {
    if (name === 'failed') {
      throw new KonvoyError('--limit @failed is not there yet', {
        code: 'not-yet',
        hints: ['for a file of that name write @./failed'],
      });
    }
    return [name, await readLimitFile(io.cwd, name)];
  });
  return { text, files: new Map(await Promise.all(files)) };
}

async function readLimitFile(cwd: string, name: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, name), 'utf8');
  } catch (cause) {
    throw new KonvoyError(`--limit: cannot read ${name}: ${fileTrouble(cause)}`, { code: 'usage', cause });
  }
}
