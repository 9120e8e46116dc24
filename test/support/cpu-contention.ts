import { readFile } from 'node:fs/promises';

/**
 * Whether other work kept this machine's processors from the lab meanwhile, and by how much that stretches every time
 * that is measured: 1 on a machine with processors to spare, so that a limit is what it says there.
 */
export class CpuContention {
  readonly #startedAt = performance.now();
  readonly #waitedMs: number;

  private constructor(waitedMs: number) {
    this.#waitedMs = waitedMs;
  }

  static async start(): Promise<CpuContention> {
    return new CpuContention(await waitedMs());
  }

  /** From 1 to 20. */
  async stretch(): Promise<number> {
    const elapsed = performance.now() - this.#startedAt;
    const share = ((await waitedMs()) - this.#waitedMs) / elapsed;
    // The lab makes its own processes wait for each other: two processors, three hosts.
    if (share <= OWN_SHARE) return 1;
    return Math.min(MOST, 1 / Math.max(1 - share, 1 / MOST));
  }
}

/** How long some process of this machine has waited for a processor since its boot; 0 where the kernel does not count. */
async function waitedMs(): Promise<number> {
  const text = await readFile('/proc/pressure/cpu', 'utf8').catch(() => '');
  return Number(/^some .*total=(\d+)$/m.exec(text)?.[1] ?? 0) / 1000;
}

const OWN_SHARE = 0.5;
const MOST = 20;
