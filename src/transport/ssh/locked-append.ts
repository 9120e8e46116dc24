import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdir, open, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Adds a line to a file of the user's that others write as well, and waits until it is on the disk. `lineFor` gets what
 * the file holds now and may say that there is nothing to add. Resolves with what the file holds then.
 *
 * Two runs of ours exclude each other by flock(2). ssh takes no lock, but like us writes one line at once at the end,
 * so that lines never mix. ssh-keygen -R and -H put a new file in its place, made of what they read before: whoever finds
 * that done looks whether its line is there, and begins again.
 */
export async function appendLocked(
  file: string,
  lineFor: (text: string) => string | undefined,
): Promise<string> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const handle = await open(file, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o600);
    try {
      await lockExclusively(handle);
      if (!(await isStillThere(handle, file))) continue;
      const text = await handle.readFile('utf8');
      const line = lineFor(text);
      if (line === undefined) return text;
      const addition = `${text === '' || text.endsWith('\n') ? '' : '\n'}${line}`;
      await writeAll(handle, addition);
      if (await isStillThere(handle, file)) return text + addition;
    } finally {
      await handle.close();
    }
  }
  throw new Error('another program replaces it again and again');
}

async function writeAll(handle: FileHandle, text: string): Promise<void> {
  await handle.appendFile(text);
  // /dev/null is a common way to say "remember nothing", and cannot be synced.
  if ((await handle.stat()).isFile()) await handle.sync();
}

async function isStillThere(handle: FileHandle, file: string): Promise<boolean> {
  const [ours, there] = await Promise.all([handle.stat(), stat(file).catch(() => undefined)]);
  return there !== undefined && ours.ino === there.ino && ours.dev === there.dev;
}

/**
 * Takes the flock(2) of an open file. Node has no call for it, but a lock belongs to the open file, not to the process
 * that asked for it: flock(1) takes it on a descriptor that it shares with us, and closing ours frees it. Where there is
 * no flock(1), lines still never mix; at worst one is there twice.
 */
async function lockExclusively({ fd }: FileHandle): Promise<void> {
  const waiting = spawn('flock', ['--exclusive', '--timeout', String(LOCK_SECONDS), '3'], {
    stdio: ['ignore', 'ignore', 'ignore', fd],
  });
  await new Promise<void>((resolve, reject) => {
    waiting.on('error', () => resolve());
    waiting.on('close', (code) => {
      if (code === 1) reject(new Error(`another process has locked it for ${LOCK_SECONDS} s`));
      else resolve();
    });
  });
}

const LOCK_SECONDS = 10;

const MOST_ATTEMPTS = 5;
