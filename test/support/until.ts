import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for something that must become true soon; throws after ten seconds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if (condition()) return;
    await sleep(20);
  }
  throw new Error('it did not become true within ten seconds');
}
