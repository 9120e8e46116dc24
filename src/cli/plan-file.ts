import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KonvoyError } from '../domain/error.ts';
import { fileTrouble } from '../domain/file-trouble.ts';
import { isPlanFile } from '../engine/plan-file.ts';
import type { CliIo } from './io.ts';

/** Reads a plan file as text. */
export async function readPlanFile({ cwd }: Pick<CliIo, 'cwd'>, path: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, path), 'utf8');
  } catch (cause) {
    throw new KonvoyError(`cannot read the plan ${path}: ${fileTrouble(cause)}`, {
      code: 'usage',
      hints: ['make one: konvoy-ha plan -o FILE'],
      cause,
    });
  }
}

/** Throws when a plan file may not be written there: only a plan is ever written over. */
export async function refuseOtherFile({ cwd }: Pick<CliIo, 'cwd'>, path: string): Promise<void> {
  const text = await readFile(resolve(cwd, path), 'utf8').catch((cause: unknown) => {
    if (fileTrouble(cause) === NOT_THERE) return undefined;
    throw cannotWrite(path, cause);
  });
  if (text === undefined || isPlanFile(text)) return;
  throw new KonvoyError(`${path} is there already and is no plan; nothing was written`, {
    code: 'usage',
    hints: ['name another file after -o'],
  });
}

/** Writes a plan file whole or not at all, for its owner alone. */
export async function writePlanFile({ cwd }: Pick<CliIo, 'cwd'>, path: string, text: string): Promise<void> {
  const target = resolve(cwd, path);
  const draft = `${target}.${randomUUID().slice(0, 8)}.new`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, target);
  } catch (cause) {
    await rm(draft, { force: true });
    throw cannotWrite(path, cause);
  }
}

function cannotWrite(path: string, cause: unknown): KonvoyError {
  const trouble = fileTrouble(cause);
  // What is not there when a file is written is the folder for it.
  const reason = trouble === NOT_THERE ? 'no such folder' : trouble;
  return new KonvoyError(`cannot write the plan ${path}: ${reason}`, {
    code: 'usage',
    hints: ['name another place after -o'],
    cause,
  });
}

const NOT_THERE = 'no such file';
