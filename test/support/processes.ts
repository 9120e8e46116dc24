import { readFileSync } from 'node:fs';

/** Whether a process runs; one that only waits to be reaped, which is another's business, does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
