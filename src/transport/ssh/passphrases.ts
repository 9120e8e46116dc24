import type { ParsedKey } from 'ssh2';
import type { Person, Terminal } from '../../domain/terminal.ts';
import type { Unlock } from './key-file.ts';

/** How the question for a passphrase ended: `no-terminal` and `no-answer` when nobody gave one. */
export type Unlocking =
  | { readonly outcome: 'unlocked'; readonly key: ParsedKey }
  | { readonly outcome: 'no-terminal' | 'no-answer' | 'wrong' };

/** The passphrases of one run: each is asked for once, for all hosts. */
export class Passphrases {
  readonly #terminal: Terminal | undefined;
  readonly #unlockings = new Map<string, Promise<Unlocking>>();

  constructor(terminal: Terminal | undefined) {
    this.#terminal = terminal;
  }

  /** Asks for the passphrase of the key in the file `path`, as often as ssh does. */
  unlock(path: string, unlock: Unlock): Promise<Unlocking> {
    const known = this.#unlockings.get(path);
    if (known !== undefined) return known;
    const unlocking: Promise<Unlocking> =
      this.#terminal === undefined
        ? Promise.resolve({ outcome: 'no-terminal' })
        : this.#terminal.converse((person) => ask(person, path, unlock));
    this.#unlockings.set(path, unlocking);
    return unlocking;
  }
}

async function ask(person: Person, path: string, unlock: Unlock): Promise<Unlocking> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const passphrase = await person.askSecret(`Enter passphrase for key '${path}': `);
    // As in ssh: whoever types nothing gives up.
    if (passphrase === undefined || passphrase.reveal() === '') return { outcome: 'no-answer' };
    const key = unlock(passphrase.reveal());
    if (key !== undefined) return { outcome: 'unlocked', key };
  }
  return { outcome: 'wrong' };
}

/** NumberOfPasswordPrompts (ssh_config(5)). */
const MOST_ATTEMPTS = 3;
