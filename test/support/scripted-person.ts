import { setImmediate as turn } from 'node:timers/promises';
import { Secret } from '../../src/domain/secret.ts';
import type { Person, Terminal } from '../../src/domain/terminal.ts';

/** One question that was asked. */
export interface Asked {
  readonly question: string;
  readonly isSecret: boolean;
}

/** A terminal at which somebody gives the answers of a test, in order; a question too many is an error. */
export class ScriptedPerson implements Terminal, Person {
  readonly asked: Asked[] = [];
  readonly #answers: (string | undefined)[];
  #last: Promise<unknown> = Promise.resolve();

  /** `undefined` is the end of the input. */
  constructor(...answers: readonly (string | undefined)[]) {
    this.#answers = [...answers];
  }

  get questions(): readonly string[] {
    return this.asked.map(({ question }) => question);
  }

  converse<T>(conversation: (person: Person) => Promise<T>): Promise<T> {
    const own = this.#last.then(async () => conversation(this));
    this.#last = own.catch(() => undefined);
    return own;
  }

  async ask(question: string): Promise<string | undefined> {
    return this.#answer({ question, isSecret: false });
  }

  async askSecret(question: string): Promise<Secret | undefined> {
    const answer = await this.#answer({ question, isSecret: true });
    return answer === undefined ? undefined : new Secret(answer);
  }

  async #answer(asked: Asked): Promise<string | undefined> {
    this.asked.push(asked);
    if (this.#answers.length === 0) throw new Error(`nobody answers ${JSON.stringify(asked.question)}`);
    // People take their time.
    await turn();
    return this.#answers.shift();
  }
}
