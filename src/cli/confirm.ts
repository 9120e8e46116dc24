import { KonvoyError } from '../domain/error.ts';
import type { Terminal } from '../domain/terminal.ts';
import type { Confirm } from '../engine/alter.ts';
import type { BreakLock } from '../engine/lock.ts';
import { escapeLine } from '../report/escape.ts';

/** How a change gets the operator's consent. */
export interface Consent {
  /** Given beforehand, with `--yes`. */
  readonly yes: boolean;
  readonly terminal: Terminal | undefined;
}

/** Asks on the terminal before hosts are changed; without a terminal only `--yes` goes on. */
export function confirmWith(consent: Consent, question: string): Confirm {
  return async () =>
    consentTo(consent, question, {
      effect: 'this would change hosts',
      hint: 'add --yes to go on without being asked, or --dry-run to only look',
    });
}

/** Asks one question; without a terminal, only a `--yes` answers it, and everything else is an error with that hint. */
export async function consentTo(
  { yes, terminal }: Consent,
  question: string,
  { effect, hint }: { readonly effect: string; readonly hint: string },
): Promise<boolean> {
  if (yes) return true;
  if (terminal === undefined) {
    throw new KonvoyError(`${effect}, and there is no terminal to ask on; nothing was changed`, {
      code: 'usage',
      hints: [hint],
    });
  }
  return isYes(await terminal.converse((person) => person.ask(`konvoy-ha: ${question} [y/N] `)));
}

/** Asks whether the run that holds a lock is to be cut off; without a terminal only `--yes` does. */
export function breakLockWith({ yes, terminal }: Consent): BreakLock {
  return async (host, owner) => {
    if (yes) return true;
    const who = owner === '' ? 'another run is at work' : owner;
    if (terminal === undefined) {
      throw new KonvoyError(`${host} is locked: ${who}; nothing was changed`, {
        code: 'lock-held',
        host,
        hints: ['there is no terminal to ask on: add --yes to cut that run off'],
      });
    }
    const question = `konvoy-ha: ${host} is locked: ${escapeLine(who)}\nkonvoy-ha: cut that run off? It stops where it is. [y/N] `;
    return isYes(await terminal.converse((person) => person.ask(question)));
  };
}

function isYes(answer: string | undefined): boolean {
  return /^y(es)?$/i.test(answer?.trim() ?? '');
}
