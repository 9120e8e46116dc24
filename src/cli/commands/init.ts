import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { inventoryTemplate } from '../../config/scaffold.ts';
import { KonvoyError } from '../../domain/error.ts';
import { EXIT } from '../exit-codes.ts';
import type { CliIo } from '../io.ts';

export interface InitOptions {
  readonly inventory: string;
  readonly endpoint?: string;
  readonly controlPlane?: string;
  readonly user?: string;
  readonly privateKey?: string;
}

/** `init`: writes an inventory to start from, and never over a file that is there. */
export async function init(io: CliIo, options: InitOptions): Promise<number> {
  const path = resolve(io.cwd, options.inventory);
  const text = inventoryTemplate({
    hosts: options.controlPlane?.split(',').map((host) => host.trim()) ?? [],
    endpoint: options.endpoint,
    user: options.user,
    privateKey: options.privateKey,
  });
  await writeNew(path, text);
  io.stdout.write(`wrote ${options.inventory}; look at it, then run: konvoy-ha check -i ${options.inventory}\n`);
  return EXIT.done;
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o644);
    await file.writeFile(text);
    await file.close();
  } catch (cause) {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    throw new KonvoyError(exists ? `${path} is there already; nothing was written` : `cannot write ${path}`, {
      code: 'usage',
      hints: [exists ? 'name another file with -i, or move that one away' : 'does the directory exist, and may you write there?'],
      cause,
    });
  }
}
