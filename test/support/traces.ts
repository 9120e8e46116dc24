import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect } from 'vitest';
import { readIfThere } from './process-watch.ts';

/** The ways in which a text may be written down. */
export function formsOf(...texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => [
    text,
    Buffer.from(text).toString('base64').replace(/=+$/, ''),
    Buffer.from(text).toString('hex'),
  ]);
}

/** The files where anything could have been left since then that hold one of the texts. */
export function filesWith(
  texts: readonly string[],
  since: string,
  places: readonly string[] = PLACES,
): readonly string[] {
  const argv = [...places, '-xdev', '-type', 'f', '-newer', since, '-size', '-16384k', '-print0'];
  // Other tests run as well: what they take away while it looks is no failure.
  const { stdout } = spawnSync('find', argv, { encoding: 'utf8', maxBuffer: 1 << 26 });
  const files = stdout.split('\0').filter((file) => file !== '');
  expect(files).not.toEqual([]);
  return files.filter((file) => {
    const content = readIfThere(file);
    return texts.some((text) => content.includes(text));
  });
}

const PLACES = ['/etc', '/home', '/root', '/run', '/tmp', '/var', '/dev/shm'].filter((place) =>
  existsSync(place),
);
