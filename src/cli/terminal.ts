import { Secret } from '../domain/secret.ts';
import type { Person, Terminal } from '../domain/terminal.ts';
import { escapeBlock } from '../report/escape.ts';
import { TypedLine } from './typed-line.ts';
import type { CliIo } from './io.ts';

/** What questions need of the run that they interrupt. */
export interface TerminalOptions {
  /** Keeps everything else off the terminal until the returned function is called. */
  readonly hold: () => () => void;
  /** Aborted when the run is interrupted: a question that waits rejects with its reason. */
  readonly signal: AbortSignal;
  /** Interrupts the run: while a secret is typed, the terminal hands over ^C as a character. */
  readonly interrupt: () => void;
}

/** The terminal that the command was started on; undefined when it cannot ask, or nobody would see the question. */
export function openTerminal(io: CliIo, options: TerminalOptions): Terminal | undefined {
  if (io.stdin.isTTY !== true || io.stderr.isTTY !== true) return undefined;
  const person = new PersonAtTerminal(io, options);
  let last: Promise<unknown> = Promise.resolve();
  return {
    converse: (conversation) => {
      const turn = last.then(async () => {
        options.signal.throwIfAborted();
        const release = options.hold();
        try {
          return await conversation(person);
        } finally {
          release();
        }
      });
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

class PersonAtTerminal implements Person {
  readonly #io: CliIo;
  readonly #options: TerminalOptions;
  #hasLeft = false;

  constructor(io: CliIo, options: TerminalOptions) {
    this.#io = io;
    this.#options = options;
  }

  async ask(question: string): Promise<string | undefined> {
    return this.#read(question, { isHidden: false });
  }

  async askSecret(question: string): Promise<Secret | undefined> {
    const line = await this.#read(question, { isHidden: true });
    return line === undefined ? undefined : new Secret(line);
  }

  async #read(question: string, { isHidden }: { isHidden: boolean }): Promise<string | undefined> {
    const { stdin, stderr } = this.#io;
    this.#options.signal.throwIfAborted();
    if (this.#hasLeft) return undefined;
    stderr.write(escapeBlock(question));
    if (isHidden) stdin.setRawMode?.(true);
    let line: string | undefined;
    try {
      line = await this.#line({ isHidden });
      return line;
    } finally {
      if (isHidden) stdin.setRawMode?.(false);
      // Whoever typed a hidden line, or none, has seen no line end: what is printed next would stand behind the question.
      if (isHidden || line === undefined) stderr.write('\n');
    }
  }

  #line({ isHidden }: { isHidden: boolean }): Promise<string | undefined> {
    const { stdin } = this.#io;
    const { signal, interrupt } = this.#options;
    const line = new TypedLine({ isRaw: isHidden });
    let stop = (): void => undefined;
    const read = new Promise<string | undefined>((resolve, reject) => {
      const onData = (chunk: Buffer | string): void => {
        switch (line.take(chunk)) {
          case 'done':
            resolve(line.text);
            return;
          case 'left':
            resolve(undefined);
            return;
          case 'interrupt':
            interrupt();
            return;
          case 'more':
        }
      };
      const onEnd = (): void => {
        this.#hasLeft = true;
        resolve(undefined);
      };
      const onAbort = (): void => reject(signal.reason as Error);
      stop = () => {
        stdin.off('data', onData).off('end', onEnd).pause();
        signal.removeEventListener('abort', onAbort);
      };
      signal.addEventListener('abort', onAbort);
      stdin.on('data', onData).on('end', onEnd).resume();
    });
    return read.finally(() => stop());
  }
}
