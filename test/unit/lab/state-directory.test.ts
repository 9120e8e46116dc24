import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { claimStateDirectory, removeStateDirectory } from '../../../src/lab/state-directory.ts';
import { statePaths } from '../../../src/lab/state-files.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

test('a directory that is not there is made, for its owner alone, and goes with its lab', async () => {
  await using base = await temporaryDirectory();
  const directory = join(base.path, 'deep', 'state');
  await claimStateDirectory('left', statePaths(directory));
  expect(await readFile(statePaths(directory).mark, 'utf8')).toBe('left\n');
  expect(await removeStateDirectory('left', directory)).toBe(true);
  expect(await readdir(join(base.path, 'deep'))).toEqual([]);
});

test('what an earlier lab of the same name left behind is cleared away', async () => {
  await using base = await temporaryDirectory();
  await claimStateDirectory('left', statePaths(base.path));
  await writeFile(join(base.path, 'known_hosts'), 'old\n');
  await claimStateDirectory('left', statePaths(base.path));
  expect(await readdir(base.path)).toEqual(['lab']);
});

test.each([
  ['of another lab', 'lab', 'right\n'],
  ['with a file in it', 'letter', 'dear reader\n'],
])('a directory %s is neither taken nor removed', async (_name, file, content) => {
  await using base = await temporaryDirectory();
  const directory = join(base.path, 'state');
  await mkdir(directory);
  await writeFile(join(directory, file), content);
  await expect(claimStateDirectory('left', statePaths(directory))).rejects.toThrow('is not empty');
  expect(await removeStateDirectory('left', directory)).toBe(false);
  expect(await readFile(join(directory, file), 'utf8')).toBe(content);
});

test('a directory that is not there is nothing to remove', async () => {
  await using base = await temporaryDirectory();
  expect(await removeStateDirectory('left', join(base.path, 'none'))).toBe(false);
});
