import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** Whether a process runs; one that only waits to be reaped, which is another's business, does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** An environment by which the processes of one test are known. */
export function markedEnvironment(): {
  readonly mark: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
} {
  const mark = randomBytes(8).toString('hex');
  return { mark, environment: { ...process.env, KONVOY_HA_TEST: mark } };
}

/** The command lines of the processes that run with this text in their environment. */
export function processesMarked(mark: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isAlive(Number(name)))
    .filter((pid) => readIfThere(`/proc/${pid}/environ`).includes(mark))
    .map((pid) => readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim());
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // It ended in the meantime.
    return '';
  }
}
