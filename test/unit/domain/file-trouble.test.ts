import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { fileTrouble } from '../../../src/domain/file-trouble.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe('why a file cannot be read', () => {
  test.each([
    ['that is not there', 'gone', 'no such file'],
    ['below a file', 'file/below', 'no such file'],
    ['that is a folder', 'folder', 'is a folder'],
    ['whose name is too long', 'x'.repeat(300), 'ENAMETOOLONG'],
  ])('%s', async (_case, name, words) => {
    await using directory = await temporaryDirectory();
    await mkdir(`${directory.path}/folder`);
    await writeFile(`${directory.path}/file`, '');
    const error: unknown = await readFile(`${directory.path}/${name}`).catch((cause: unknown) => cause);
    expect(fileTrouble(error)).toBe(words);
  });

  test.each([
    ['EACCES', 'permission denied'],
    ['EPERM', 'operation not permitted'],
    ['EROFS', 'the file system is read-only'],
    ['ENOSPC', 'no space left'],
  ])('has words for %s', (code, words) => {
    expect(fileTrouble(Object.assign(new Error(code), { code }))).toBe(words);
  });

  test('what is no error of the system is thrown on', () => {
    const error = new TypeError('a mistake of ours');
    expect(() => fileTrouble(error)).toThrow(error);
  });
});
