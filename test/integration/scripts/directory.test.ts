import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resourceKey, type DirectoryResource, type Observation } from '../../../src/domain/resource.ts';
import { PLATFORMS } from '../../../src/platform/platform.ts';
import { converge, observationOf } from '../../../src/resources/resources.ts';
import { complained, said } from '../../support/command-results.ts';
import { runCommand, SHELLS, type Shell, type Surroundings, type TimedResult } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const [DEBIAN] = PLATFORMS;
const OWNER = { owner: userInfo().username, group: execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim() };

function directory(path: string, mode = 0o755): DirectoryResource {
  return { kind: 'directory', path, mode, ...OWNER };
}

async function run(
  shell: Shell,
  change: { readonly wanted?: DirectoryResource; readonly observed?: DirectoryResource },
  surroundings: Surroundings = {},
): Promise<TimedResult> {
  const [mutation] = converge(change.wanted, change.observed, DEBIAN);
  if (mutation === undefined) throw new Error('there is nothing to do');
  return runCommand(shell, mutation, surroundings);
}

/** What the probe of a directory, which is no script, sees. */
function seen(path: string): Observation {
  const key = resourceKey(directory(path));
  try {
    const text = execFileSync('stat', ['-c', '%a %U %G %F', '--', path], { encoding: 'utf8', stdio: 'pipe' });
    return observationOf(key, said(text), DEBIAN);
  } catch {
    return observationOf(key, complained('', 1), DEBIAN);
  }
}

describe.each(SHELLS)('a directory in $name', (shell) => {
  test.each([0o755, 0o700])(
    'is made with all above it, in mode %o, whatever umask is in force',
    async (mode) => {
      await using base = await temporaryDirectory();
      const path = join(base.path, "one it's", 'two');
      expect(await run(shell, { wanted: directory(path, mode) })).toMatchObject({ exitCode: 0 });
      expect(seen(path)).toEqual({ status: 'present', resource: directory(path, mode) });
      expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o755);
    },
  );

  test('that cannot be made is an error', async () => {
    await using base = await temporaryDirectory();
    await writeFile(join(base.path, 'one'), 'a file');
    expect((await run(shell, { wanted: directory(join(base.path, 'one', 'two')) })).exitCode).not.toBe(0);
  });

  test('that is empty is removed', async () => {
    await using base = await temporaryDirectory();
    const path = join(base.path, 'one');
    await mkdir(path);
    expect(await run(shell, { observed: directory(path) })).toMatchObject({ exitCode: 0 });
    expect(seen(path)).toEqual({ status: 'absent' });
  });

  test.each(['theirs', '.hidden'])(
    'with something of others in it stays, and that is no error: %s',
    async (name) => {
      await using base = await temporaryDirectory();
      const path = join(base.path, 'one');
      await mkdir(path);
      await writeFile(join(path, name), '');
      expect(await run(shell, { observed: directory(path) })).toMatchObject({ exitCode: 0 });
      expect(await readdir(path)).toEqual([name]);
    },
  );

  test('that is gone already is no error', async () => {
    await using base = await temporaryDirectory();
    expect(await run(shell, { observed: directory(join(base.path, 'one')) })).toMatchObject({ exitCode: 0 });
  });

  test('that is empty and cannot be removed is an error', async () => {
    await using base = await temporaryDirectory();
    const path = join(base.path, 'one');
    await mkdir(path);
    // As on a file system that is read-only, which not even root can write to.
    const rmdir = join(base.path, 'rmdir');
    await writeFile(rmdir, '#!/bin/sh\necho "rmdir: failed to remove: Read-only file system" >&2\nexit 1\n');
    await chmod(rmdir, 0o755);
    const result = await run(
      shell,
      { observed: directory(path) },
      { path: `${base.path}:${process.env['PATH'] ?? ''}` },
    );
    expect(result.exitCode).not.toBe(0);
    expect(new TextDecoder().decode(result.stderr)).toContain('Read-only file system');
  });
});
