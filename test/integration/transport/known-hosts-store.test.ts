import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { KnownHostsStore } from '../../../src/transport/ssh/known-hosts-store.ts';
import { makeKey } from '../../support/ssh-keys.ts';
import { publicWords } from '../../support/ssh-home.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const [key, other] = [makeKey(), makeKey()];
const blob = key.parsed.getPublicSSH();

test('what another process has written in the meantime is seen before a key is added', async () => {
  await using directory = await temporaryDirectory();
  const file = `${directory.path}/known_hosts`;
  const store = new KnownHostsStore();
  expect(await store.linesFor('lb1', [file])).toEqual([]);
  await writeFile(file, `lb1 ${publicWords(other)}\nlb2 ${publicWords(key)}\n`);
  expect(await store.add('lb1', blob, file)).toMatchObject({ verdict: 'changed', known: { line: 1 } });
  expect(await store.add('lb2', blob, file)).toEqual({ verdict: 'known' });
  expect(await store.add('lb3', blob, file)).toEqual({ verdict: 'unknown' });
  expect(await readFile(file, 'utf8')).toBe(
    `lb1 ${publicWords(other)}\nlb2 ${publicWords(key)}\nlb3 ${publicWords(key)}\n`,
  );
  expect(await store.linesFor('lb3', [file])).toHaveLength(1);
});

test('a key waits for the lock of another run', async () => {
  await using directory = await temporaryDirectory();
  const file = `${directory.path}/known_hosts`;
  await writeFile(file, '');
  const holder = await holdLock(file);
  const adding = new KnownHostsStore().add('lb1', blob, file);
  // Long enough for a key that does not wait.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await readFile(file, 'utf8')).toBe('');
  holder.stdin.end('\n');
  await adding;
  expect(await readFile(file, 'utf8')).toBe(`lb1 ${publicWords(key)}\n`);
  // And lets go of it.
  execFileSync('flock', ['--nonblock', file, 'true']);
});

test('runs at the same time lose no line and mix none', async () => {
  await using directory = await temporaryDirectory();
  const file = `${directory.path}/new/known_hosts`;
  const names = Array.from({ length: 20 }, (_, n) => `lb${n}`);
  await Promise.all(names.map((name) => new KnownHostsStore().add(name, blob, file)));
  const lines = (await readFile(file, 'utf8')).trim().split('\n').toSorted();
  expect(lines).toEqual(names.map((name) => `${name} ${publicWords(key)}`).toSorted());
});

test('a file that ssh-keygen has put in the place of the locked one gets the line', async () => {
  await using directory = await temporaryDirectory();
  const file = `${directory.path}/known_hosts`;
  await writeFile(file, `lb9 ${publicWords(other)}\n`);
  const holder = await holdLock(file);
  const adding = new KnownHostsStore().add('lb1', blob, file);
  // Long enough to have opened the old file.
  await new Promise((resolve) => setTimeout(resolve, 300));
  execFileSync('ssh-keygen', ['-q', '-R', 'lb9', '-f', file], { stdio: 'ignore' });
  holder.stdin.end('\n');
  await adding;
  expect(await readFile(file, 'utf8')).toBe(`lb1 ${publicWords(key)}\n`);
});

test('a file with a last line that was not ended gets its end first', async () => {
  await using directory = await temporaryDirectory();
  const file = `${directory.path}/known_hosts`;
  await writeFile(file, '# mine');
  await new KnownHostsStore().add('lb1', blob, file);
  expect(await readFile(file, 'utf8')).toBe(`# mine\nlb1 ${publicWords(key)}\n`);
});

test('a new file and its directory are for the user alone', async () => {
  await using directory = await temporaryDirectory();
  const file = `${directory.path}/a/b/known_hosts`;
  await new KnownHostsStore().add('lb1', blob, file);
  expect([(await stat(file)).mode & 0o777, (await stat(`${directory.path}/a/b`)).mode & 0o777]).toEqual([
    0o600, 0o700,
  ]);
});

async function holdLock(file: string): Promise<ChildProcessByStdio<Writable, Readable, null>> {
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; read -r _'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  return holder;
}
