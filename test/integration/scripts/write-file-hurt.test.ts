import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, stat, symlink, writeFile as put } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stderrOf, type Mutation } from '../../../src/domain/command.ts';
import { keyOf, type FileResource } from '../../../src/domain/resource.ts';
import { PLATFORMS } from '../../../src/platform/platform.ts';
import { writeFile } from '../../../src/resources/file.ts';
import { observationOf, probeOf } from '../../../src/resources/resources.ts';
import { bytes } from '../../support/command-results.ts';
import { fakePrograms } from '../../support/fake-programs.ts';
import { runCommand, SHELLS, type Shell, type Surroundings } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

// Places that are not fit for a file of root's, and systems that are ill. All of it needs root: users and mounts.
const isRoot = process.getuid?.() === 0;
const STRANGER = 65_534;

function writing(path: string, content: Uint8Array = bytes('new')): Mutation {
  return writeFile(path, { content, mode: 0o640, owner: 'root', group: 'root' });
}

describe.runIf(isRoot).each(SHELLS)('a place that others could change, in $name', (shell) => {
  test.each<readonly [string, (above: string, directory: string) => Promise<unknown>, RegExp]>([
    [
      'a directory that everybody may write to',
      async (_, at) => chmod(at, 0o777),
      /everybody may write to \S+own$/m,
    ],
    ['one with the sticky bit', async (_, at) => chmod(at, 0o1777), /everybody may write to \S+own$/m],
    ['a directory of a stranger', async (_, at) => chown(at, STRANGER, 0), /own belongs to the user 65534/],
    [
      'one below that of a stranger',
      async (above) => chown(above, STRANGER, 0),
      /above belongs to the user 65534/,
    ],
    [
      'one below what everybody may write to',
      async (above) => chmod(above, 0o777),
      /everybody may write to \S+above$/m,
    ],
  ])('is refused: %s', async (_, spoil, message) => {
    await using base = await temporaryDirectory();
    const directory = join(base.path, 'above', 'own');
    await mkdir(directory, { recursive: true });
    await put(join(directory, 'keepalived.conf'), 'old');
    await spoil(join(base.path, 'above'), directory);
    const result = await runCommand(shell, writing(join(directory, 'keepalived.conf')));
    expect(result.exitCode).toBe(1);
    expect(stderrOf(result)).toMatch(message);
    expect(stderrOf(result)).toContain(`cannot write ${directory}/keepalived.conf: `);
    expect(await readdir(directory)).toEqual(['keepalived.conf']);
    expect(await readFile(join(directory, 'keepalived.conf'), 'utf8')).toBe('old');
  });

  test('is refused when a link leads there, and taken when a link leads to a sound one', async () => {
    await using base = await temporaryDirectory();
    await mkdir(join(base.path, 'sound'));
    await mkdir(join(base.path, 'spoiled'));
    await chown(join(base.path, 'spoiled'), STRANGER, 0);
    for (const name of ['sound', 'spoiled']) await symlink(name, join(base.path, `to-${name}`));
    expect(await runCommand(shell, writing(join(base.path, 'to-sound', 'file')))).toMatchObject({
      exitCode: 0,
    });
    expect(await readFile(join(base.path, 'sound', 'file'), 'utf8')).toBe('new');
    const result = await runCommand(shell, writing(join(base.path, 'to-spoiled', 'file')));
    expect(stderrOf(result)).toContain('spoiled belongs to the user 65534');
    expect(await readdir(join(base.path, 'spoiled'))).toEqual([]);
  });
});

describe.runIf(isRoot).each(SHELLS)('a file system that is ill, in $name', (shell) => {
  test('and full: the error says where and why, and nothing is left', async () => {
    await using disk = await mounted('size=64k');
    await put(join(disk.path, 'keepalived.conf'), 'old');
    const result = await runCommand(
      shell,
      writing(join(disk.path, 'keepalived.conf'), new Uint8Array(100_000)),
    );
    expect(stderrOf(result)).toContain('No space left on device');
    expect(stderrOf(result)).toContain(
      `cannot write ${disk.path}/keepalived.conf: its content cannot be stored`,
    );
    expect(await readdir(disk.path)).toEqual(['keepalived.conf']);
    expect(await readFile(join(disk.path, 'keepalived.conf'), 'utf8')).toBe('old');
  });

  test('and without room for one more name: the error says so', async () => {
    await using disk = await mounted('nr_inodes=2');
    await put(join(disk.path, 'keepalived.conf'), 'old');
    const result = await runCommand(shell, writing(join(disk.path, 'keepalived.conf')));
    expect(stderrOf(result)).toContain('No space left on device');
    expect(stderrOf(result)).toContain('no temporary file can be made beside it');
    expect(await readdir(disk.path)).toEqual(['keepalived.conf']);
  });

  test('and read-only: the error says so', async () => {
    await using disk = await mounted('size=64k');
    await put(join(disk.path, 'keepalived.conf'), 'old');
    execFileSync('mount', ['-o', 'remount,ro', disk.path]);
    const result = await runCommand(shell, writing(join(disk.path, 'keepalived.conf')));
    expect(stderrOf(result)).toContain('Read-only file system');
    expect(stderrOf(result)).toContain('no temporary file can be made beside it');
    expect(await readdir(disk.path)).toEqual(['keepalived.conf']);
  });

  test.each([
    ['sync', 'it cannot be brought to the disk'],
    ['mv', 'it cannot be put in its place'],
    ['chmod', 'it cannot be given the mode 640'],
  ])('so that %s fails: the error says which step, and nothing is left', async (program, message) => {
    await using base = await temporaryDirectory();
    await put(join(base.path, 'keepalived.conf'), 'old');
    const path = fakePrograms(join(base.path, 'programs'), {
      [program]: 'echo "Input/output error" >&2; exit 1',
    });
    const result = await runCommand(shell, writing(join(base.path, 'keepalived.conf')), { path });
    expect(stderrOf(result)).toBe(
      `Input/output error\ncannot write ${base.path}/keepalived.conf: ${message}\n`,
    );
    expect((await readdir(base.path)).toSorted()).toEqual(['keepalived.conf', 'programs']);
    expect(await readFile(join(base.path, 'keepalived.conf'), 'utf8')).toBe('old');
  });
});

describe.runIf(isRoot).each(SHELLS)('under SELinux, in $name', (shell) => {
  const PROGRAMS = {
    chcon: 'echo "chcon $1 $(cat "$3")" >>"$calls"',
    restorecon: 'echo "restorecon $* $(cat "$2")" >>"$calls"',
  };

  test('a file that is replaced has the label of its predecessor before it is there', async () => {
    await using base = await temporaryDirectory();
    const conf = join(base.path, 'keepalived.conf');
    await put(conf, 'old');
    const path = fakePrograms(base.path, {
      ...PROGRAMS,
      mv: 'echo "mv" >>"$calls"; PATH=/usr/bin:/bin exec mv "$@"',
    });
    expect(await runCommand(shell, writing(conf), { path })).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(base.path, 'calls'), 'utf8')).toBe(
      'chcon --reference=./keepalived.conf new\nmv\n',
    );
  });

  test('a new file has the label of its place', async () => {
    await using base = await temporaryDirectory();
    const conf = join(base.path, 'keepalived.conf');
    const path = fakePrograms(base.path, PROGRAMS);
    expect(await runCommand(shell, writing(conf), { path })).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(base.path, 'calls'), 'utf8')).toBe(`restorecon -- ${conf} new\n`);
  });

  test('a file on a file system without labels has that of its place', async () => {
    await using base = await temporaryDirectory();
    const conf = join(base.path, 'keepalived.conf');
    await put(conf, 'old');
    const path = fakePrograms(base.path, { ...PROGRAMS, chcon: 'exit 1' });
    expect(await runCommand(shell, writing(conf), { path })).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(base.path, 'calls'), 'utf8')).toBe(`restorecon -- ${conf} new\n`);
  });

  test('a label that cannot be given is an error', async () => {
    await using base = await temporaryDirectory();
    const path = fakePrograms(base.path, { restorecon: 'echo "no policy" >&2; exit 255' });
    const result = await runCommand(shell, writing(join(base.path, 'keepalived.conf')), { path });
    expect(result.exitCode).toBe(1);
    expect(stderrOf(result)).toContain('no policy\n');
    expect(stderrOf(result)).toContain('cannot be given its SELinux label');
  });
});

// Ubuntu has them as its coreutils since 25.10; on Debian they lie beside the real ones.
const UUTILS = '/usr/lib/cargo/bin/coreutils';

describe.runIf(isRoot).each(surroundings())(
  'a file is restored as it was, with $tools in $shell.name',
  ({ shell, path }) => {
    test.each<readonly [string, Uint8Array]>([
      ['every byte there is', Uint8Array.from({ length: 256 }, (_, byte) => byte)],
      ['nothing', new Uint8Array()],
      ['NULs only, without an end of line', new Uint8Array(1000)],
      ['a large one', Uint8Array.from({ length: 300_000 }, (_, place) => (place * 7) % 251)],
    ])('%s', async (_, content) => {
      await using base = await temporaryDirectory();
      const file = join(base.path, 'keepalived.conf');
      await put(file, content, { mode: 0o604 });
      await chown(file, STRANGER, 8);
      const before = await seen(shell, file, path);
      expect(await runCommand(shell, writing(file), path)).toMatchObject({ exitCode: 0 });
      expect(await seen(shell, file, path)).toMatchObject({ mode: 0o640, owner: 'root', group: 'root' });
      expect(await runCommand(shell, writeFile(file, before), path)).toMatchObject({ exitCode: 0 });
      const after = await stat(file);
      expect([after.uid, after.gid, after.mode & 0o7777]).toEqual([STRANGER, 8, 0o604]);
      expect(Buffer.compare(await readFile(file), content)).toBe(0);
      expect(await readdir(base.path)).toEqual(['keepalived.conf']);
    });
  },
);

interface Setting {
  readonly shell: Shell;
  readonly tools: string;
  readonly path: Surroundings;
}

function surroundings(): readonly Setting[] {
  const own = SHELLS.map((shell) => ({ shell, tools: 'its own tools', path: {} }));
  if (!existsSync(UUTILS)) return own;
  const path = `${UUTILS}${delimiter}${process.env['PATH'] ?? ''}`;
  return [...own, ...SHELLS.map((shell) => ({ shell, tools: 'uutils', path: { path } }))];
}

async function seen(shell: Shell, path: string, surroundings: Surroundings): Promise<FileResource> {
  const key = keyOf('file', path);
  const result = await runCommand(shell, probeOf(key, PLATFORMS[0]), surroundings);
  const found = observationOf(key, result, PLATFORMS[0]);
  if (found.status !== 'present' || found.resource.kind !== 'file') throw new Error('no file is there');
  return found.resource;
}

/** A file system of its own, which goes with the test. */
async function mounted(options: string): Promise<AsyncDisposable & { readonly path: string }> {
  const base = await temporaryDirectory();
  const path = join(base.path, 'disk');
  await mkdir(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `mode=0755,${options}`, 'konvoy-ha-test', path]);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      execFileSync('umount', [path]);
      await base[Symbol.asyncDispose]();
    },
  };
}
