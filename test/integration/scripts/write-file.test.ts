import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile as put } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stderrOf, type Mutation } from '../../../src/domain/command.ts';
import { keyOf, type Observation } from '../../../src/domain/resource.ts';
import { PLATFORMS } from '../../../src/platform/platform.ts';
import { writeFile } from '../../../src/resources/file.ts';
import { observationOf, probeOf } from '../../../src/resources/resources.ts';
import { bytes } from '../../support/command-results.ts';
import { resultOf, runCommand, SHELLS, startShell, type Shell } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { until } from '../../support/until.ts';

const OWNER = { owner: userInfo().username, group: execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim() };

function writing(path: string, content: Uint8Array, mode = 0o640): Mutation {
  return writeFile(path, { content, mode, ...OWNER });
}

async function seen(shell: Shell, path: string): Promise<Observation> {
  const key = keyOf('file', path);
  return observationOf(key, await runCommand(shell, probeOf(key, PLATFORMS[0])), PLATFORMS[0]);
}

const BINARY = Uint8Array.from({ length: 256 }, (_, byte) => byte);

describe.each(SHELLS)('a file written and read in $name', (shell) => {
  test.each<readonly [string, Uint8Array, number]>([
    ['text', bytes('state BACKUP\n'), 0o640],
    ['nothing', bytes(''), 0o600],
    ['every byte there is', BINARY, 0o644],
    ['no newline at the end', bytes('#!/bin/sh\nexit 0'), 0o755],
    ['newlines only', bytes('\n\n\n'), 0o600],
    ['a megabyte', new Uint8Array(1 << 20).fill(10), 0o600],
  ])('is the same: %s', async (_, content, mode) => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'keepalived.conf');
    expect(await runCommand(shell, writing(path, content, mode))).toMatchObject({ exitCode: 0 });
    const found = await seen(shell, path);
    if (found.status !== 'present' || found.resource.kind !== 'file') throw new Error('no file is there');
    // Compared by hand: an assertion would print a megabyte.
    expect(Buffer.compare(found.resource.content, content)).toBe(0);
    expect({ ...found.resource, content: [] }).toEqual({
      kind: 'file',
      path,
      content: [],
      mode,
      ...OWNER,
      effect: 'none',
    });
    expect(await readdir(directory.path)).toEqual(['keepalived.conf']);
  });

  test.each(["a b's", '-n', '$HOME', 'ünï', 'a\nb'])('may be called %j', async (name) => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, name);
    expect(await runCommand(shell, writing(path, BINARY))).toMatchObject({ exitCode: 0 });
    expect(await seen(shell, path)).toMatchObject({ status: 'present' });
  });

  test('replaces what was there, with its mode, whatever umask is in force', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'keepalived.conf');
    await put(path, 'old', { mode: 0o777 });
    const { ino } = await stat(path);
    await runCommand(shell, writing(path, bytes('new'), 0o644));
    expect(await readFile(path, 'utf8')).toBe('new');
    const after = await stat(path);
    expect(after.mode & 0o7777).toBe(0o644);
    expect(after.ino).not.toBe(ino);
  });
});

describe.each(SHELLS)('a write that cannot be done in $name', (shell) => {
  test.each<readonly [string, (path: string) => Promise<unknown>, (path: string) => Mutation, string]>([
    [
      'through a link',
      async (path) => {
        await put(`${path}.target`, 'old');
        await symlink(`${path}.target`, path);
      },
      (path) => writing(path, bytes('new')),
      'is a symbolic link',
    ],
    [
      'through a link that leads nowhere',
      async (path) => symlink('/nowhere/at/all', path),
      (path) => writing(path, bytes('new')),
      'is a symbolic link',
    ],
    [
      'into a directory that stands there',
      async (path) => mkdir(path),
      (path) => writing(path, bytes('new')),
      'is a directory',
    ],
    [
      'of less than was announced, as when the connection dies',
      async (path) => put(path, 'old'),
      (path) => ({ ...writing(path, bytes('new content')), stdin: bytes('new con') }),
      'did not arrive whole',
    ],
    [
      'of more than was announced',
      async (path) => put(path, 'old'),
      (path) => ({ ...writing(path, bytes('new')), stdin: bytes('new content') }),
      'did not arrive whole',
    ],
    [
      'for an owner that does not exist',
      async (path) => put(path, 'old'),
      (path) =>
        writeFile(path, { content: bytes('new'), mode: 0o644, owner: 'no-such-user', group: OWNER.group }),
      'no-such-user',
    ],
  ])('changes nothing: %s', async (_, prepare, mutation, message) => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'keepalived.conf');
    await prepare(path);
    const before = await tree(directory.path);
    const result = await runCommand(shell, mutation(path));
    expect(result.exitCode).not.toBe(0);
    expect(stderrOf(result)).toContain(message);
    expect(await tree(directory.path)).toEqual(before);
  });

  test('says so when there is no directory for it', async () => {
    await using directory = await temporaryDirectory();
    const result = await runCommand(shell, writing(join(directory.path, 'gone', 'file'), bytes('new')));
    expect(result.exitCode).not.toBe(0);
    expect(await readdir(directory.path)).toEqual([]);
  });

  test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    'leaves nothing behind when %s ends it half way',
    async (signal) => {
      await using directory = await temporaryDirectory();
      const path = join(directory.path, 'keepalived.conf');
      await put(path, 'old');
      const child = startShell(shell, writing(path, bytes('new content')).argv.slice(1));
      child.stdin?.write('new');
      const temporary = await halfWritten(directory.path);
      expect((await stat(temporary)).mode & 0o777).toBe(0o600);
      process.kill(-(child.pid ?? 0), signal);
      child.stdin?.on('error', () => undefined).end();
      expect((await resultOf(child)).exitCode).not.toBe(0);
      expect(await tree(directory.path)).toEqual({ 'keepalived.conf': 'old' });
    },
  );
});

describe.each(SHELLS)('a look at what is no file of ours in $name', (shell) => {
  test.each<readonly [string, (path: string) => Promise<unknown>, Observation]>([
    ['nothing', async () => undefined, { status: 'absent' }],
    [
      'a link to a file, whose content is not read',
      async (path) => symlink('/etc/passwd', path),
      { status: 'obstacle', what: 'symbolic link' },
    ],
    ['a directory', async (path) => mkdir(path), { status: 'obstacle', what: 'directory' }],
    [
      'a pipe, on which nobody waits',
      async (path) => void execFileSync('mkfifo', [path]),
      { status: 'obstacle', what: 'fifo' },
    ],
  ])('sees %s', async (_, prepare, expected) => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'keepalived.conf');
    await prepare(path);
    expect(await seen(shell, path)).toEqual(expected);
  });

  test('sees the mode with all its bits', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'keepalived.conf');
    await put(path, '');
    await chmod(path, 0o4751);
    expect(await seen(shell, path)).toMatchObject({ resource: { mode: 0o4751 } });
  });
});

/** The temporary file, once what was sent so far has arrived in it. */
async function halfWritten(directory: string): Promise<string> {
  const { readdirSync, statSync } = await import('node:fs');
  const find = (): string | undefined =>
    readdirSync(directory)
      .filter((name) => name.startsWith('.konvoy-ha.'))
      .map((name) => join(directory, name))
      .find((path) => statSync(path).size === 3);
  await until(() => find() !== undefined);
  return find() ?? '';
}

/** Every name in a directory with the content of what is a file. */
async function tree(directory: string): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(directory, { recursive: true });
  const contents = names.map(async (name) =>
    readFile(join(directory, name), 'utf8').catch((error: unknown) => String(error).split(':')[1] ?? ''),
  );
  return Object.fromEntries(
    (await Promise.all(contents)).map((content, index) => [names[index] ?? '', content]),
  );
}
