import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { KonvoyError } from '../domain/error.ts';
import { statePaths, type StatePaths } from './state-files.ts';

/** Makes a directory the state directory of a lab; it has to be new, empty, or left by an earlier lab of that name. */
export async function claimStateDirectory(lab: string, paths: StatePaths): Promise<void> {
  if (await isStateDirectoryOf(lab, paths)) await rm(paths.directory, { recursive: true, force: true });
  await mkdir(paths.directory, { recursive: true, mode: 0o700 });
  if ((await readdir(paths.directory)).length > 0) {
    throw new KonvoyError(`${paths.directory} is not empty`, {
      code: 'lab-unavailable',
      hints: ['a lab removes its state directory when it goes down, so it takes none with files in it'],
    });
  }
  await writeFile(paths.mark, `${lab}\n`);
}

/** Removes the state directory of a lab and says whether there was one; a directory of anybody else stays. */
export async function removeStateDirectory(lab: string, directory: string): Promise<boolean> {
  if (!(await isStateDirectoryOf(lab, statePaths(directory)))) return false;
  await rm(directory, { recursive: true, force: true });
  return true;
}

async function isStateDirectoryOf(lab: string, paths: StatePaths): Promise<boolean> {
  const owner = await readFile(paths.mark, 'utf8').catch(() => '');
  return owner.trim() === lab;
}
