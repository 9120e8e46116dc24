import { KonvoyError } from '../domain/error.ts';
import type { Terminal } from '../domain/terminal.ts';
import type { Confirm } from '../engine/alter.ts';

/** How a change gets the operator's consent. */
export interface Consent {
  /** Given beforehand, with `--yes`. */
  readonly yes: boolean;
  readonly terminal: Terminal | undefined;
}

/** Asks on the terminal before hosts are changed; without a terminal only `--yes` goes on. */
export function confirmWith({ yes, terminal }: Consent, question: string): Confirm {
  return async () => {
    if (yes) return true;
    if (terminal === undefined) {
      throw new KonvoyError(
        'this would change hosts, and there is no terminal to ask on; nothing was changed',
        {
          code: 'usage',
          hints: ['add --yes to go on without being asked, or --dry-run to only look'],
        },
      );
    }
    const answer = await terminal.converse((person) => person.ask(`konvoy-ha: ${question} [y/N] `));
    return /^y(es)?$/i.test(answer?.trim() ?? '');
  };
}
