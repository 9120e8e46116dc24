import type { Person, Terminal } from '../../domain/terminal.ts';
import { fingerprintOf, kindOf } from '../public-key.ts';

/** A key that nobody has vouched for yet. */
export interface HostKeyQuestion {
  /** The name under which known_hosts would keep it. */
  readonly name: string;
  /** Where the connection goes, for people. */
  readonly peer: string;
  readonly key: Buffer;
  /** Where known_hosts has the same key under other names, `FILE:LINE: NAMES`. */
  readonly otherNames: readonly string[];
}

/** What the user was asked about host keys in this run: once for each key of each name. */
export class HostKeyQuestions {
  readonly #terminal: Terminal | undefined;
  readonly #answers = new Map<string, Promise<boolean>>();
  readonly #trusted = new Set<string>();

  constructor(terminal: Terminal | undefined) {
    this.#terminal = terminal;
  }

  /** Whether the user has said yes. */
  isTrusted(name: string, key: Buffer): boolean {
    return this.#trusted.has(identify(name, key));
  }

  /** Whether the user trusts the key; undefined when there is nobody to ask. */
  async ask(question: HostKeyQuestion): Promise<boolean | undefined> {
    const terminal = this.#terminal;
    if (terminal === undefined) return undefined;
    const id = identify(question.name, question.key);
    const asked = this.#answers.get(id) ?? terminal.converse((person) => converse(person, question));
    this.#answers.set(id, asked);
    const isTrusted = await asked;
    if (isTrusted) this.#trusted.add(id);
    return isTrusted;
  }
}

function identify(name: string, key: Buffer): string {
  return `${name} ${key.toString('base64')}`;
}

/** Word for word what ssh asks, for it is what people know, and what they are told to look out for. */
async function converse(person: Person, { name, peer, key, otherNames }: HostKeyQuestion): Promise<boolean> {
  const fingerprint = fingerprintOf(key);
  const known =
    otherNames.length === 0
      ? ['This key is not known by any other names.']
      : [
          'This host key is known by the following other names/addresses:',
          ...otherNames.slice(0, MOST_NAMES).map((other) => `    ${other}`),
          ...(otherNames.length > MOST_NAMES
            ? [`    (${otherNames.length - MOST_NAMES} additional names omitted)`]
            : []),
        ];
  const lines = [
    `The authenticity of host '${name} (${peer})' can't be established.`,
    `${kindOf(key)} key fingerprint is ${fingerprint}.`,
    ...known,
    'Are you sure you want to continue connecting (yes/no/[fingerprint])? ',
  ];
  let answer = await person.ask(lines.join('\n'));
  while (answer !== undefined) {
    const said = answer.trim();
    if (said.toLowerCase() === 'yes' || said === fingerprint) return true;
    if (said.toLowerCase() === 'no' || said === '') return false;
    answer = await person.ask("Please type 'yes', 'no' or the fingerprint: ");
  }
  return false;
}

const MOST_NAMES = 8;
