import { createInterface } from 'node:readline/promises';
import { KonvoyError } from '../domain/error.ts';
import type { Confirm } from '../engine/alter.ts';
import type { CliIo } from './io.ts';

/** Asks on the terminal before hosts are changed; without a terminal only `--yes` goes on. */
export function confirmWith(io: CliIo, yes: boolean, question: string): Confirm {
  return async () => {
    if (yes) return true;
    if (io.stdin.isTTY !== true) {
      throw new KonvoyError(
        'this would change hosts, and there is no terminal to ask on; nothing was changed',
        {
          code: 'usage',
          hints: ['add --yes to go on without being asked, or --dry-run to only look'],
        },
      );
    }
    const terminal = createInterface({ input: io.stdin, output: io.stderr });
    try {
      const answer = await terminal.question(`konvoy-ha: ${question} [y/N] `);
      return /^y(es)?$/i.test(answer.trim());
    } finally {
      terminal.close();
    }
  };
}
