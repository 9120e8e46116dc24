import { PassThrough } from 'node:stream';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { CliIo } from '../../src/cli/io.ts';

/** A terminal with somebody who types at it: what is shown, and whether typing shows. */
export class Typist {
  readonly stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean): void => {
      this.showsTyping = !isRaw;
    },
  });
  readonly stderr = Object.assign(new PassThrough(), { isTTY: true });
  /** False while a secret is asked for. */
  showsTyping = true;
  /** Everything on the screen so far. */
  shown = '';

  constructor() {
    this.stderr.on('data', (chunk: Buffer) => (this.shown += chunk.toString()));
  }

  /** What a command line needs to find a terminal. */
  get io(): Pick<CliIo, 'stdin' | 'stderr'> {
    return { stdin: this.stdin, stderr: this.stderr };
  }

  /** Waits until the screen ends with `question`, then types. */
  async answer(question: string, typed: string): Promise<void> {
    await this.sees(question);
    this.shown += this.showsTyping ? typed : '';
    this.stdin.write(typed);
  }

  async sees(question: string): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    for (let attempt = 0; attempt < 1_000 || performance.now() < deadline; attempt += 1) {
      if (this.shown.endsWith(question)) return;
      await (attempt < 1_000 ? turn() : sleep(5));
    }
    throw new Error(`nobody asked ${JSON.stringify(question)}; the screen: ${JSON.stringify(this.shown)}`);
  }
}

/** Somebody who answers these questions in this order. Who is not asked leaves: the run must not wait for ever. */
export function typistOf(...answers: readonly (readonly [question: string, typed: string])[]): Typist {
  const typist = new Typist();
  const answering = async (): Promise<void> => {
    for (const [question, typed] of answers) await typist.answer(question, typed);
  };
  answering().catch(() => typist.stdin.end());
  return typist;
}

/** A question may come after a connection to a real host. */
const PATIENCE_MS = 10_000;
