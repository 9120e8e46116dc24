import type { PasswordQuestion } from './become.ts';

/** What is to be done after a piece of a login's output. */
export type PasswordStep = 'wait' | 'send-password' | 'give-up' | 'go-on';

/** Reads what a login prints before it is a root shell, and says when the password may be sent: once, and asked for. */
export class PasswordAnswer {
  readonly #asks: MarkCounter;
  readonly #isRoot: MarkCounter;

  constructor({ asks, isRoot }: PasswordQuestion) {
    this.#asks = new MarkCounter(asks);
    this.#isRoot = new MarkCounter(isRoot);
  }

  readStdout(chunk: Buffer): PasswordStep {
    return this.#isRoot.push(chunk) > 0 ? 'go-on' : 'wait';
  }

  readStderr(chunk: Buffer): PasswordStep {
    const before = this.#asks.count;
    const now = this.#asks.push(chunk);
    if (now === before) return 'wait';
    return now === 1 ? 'send-password' : 'give-up';
  }
}

/** Counts how often a text stands in a stream, however the stream is cut into pieces. */
class MarkCounter {
  count = 0;
  readonly #mark: Buffer;
  #rest: Buffer = Buffer.alloc(0);

  constructor(mark: string) {
    this.#mark = Buffer.from(mark);
  }

  push(chunk: Buffer): number {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (let at = this.#rest.indexOf(this.#mark); at !== -1; at = this.#rest.indexOf(this.#mark)) {
      this.count += 1;
      this.#rest = this.#rest.subarray(at + this.#mark.length);
    }
    this.#rest = this.#rest.subarray(Math.max(0, this.#rest.length - this.#mark.length + 1));
    return this.count;
  }
}
