import type { CommandResult, Mutation, Probe } from '../domain/command.ts';
import { endLabel, sendLabel } from './frame.ts';
import type { Frame } from './frame-reader.ts';
import { payloadLines } from './payload.ts';

/** Gathers the frames of one batch from both streams until each has said that it ended. */
export class BatchOutput {
  readonly #batch: number;
  readonly #stdout: { readonly body: Buffer; readonly exitCode: number }[] = [];
  readonly #stderr: Buffer[] = [];
  readonly #commands: readonly (Probe | Mutation)[];
  #openStreams = 2;

  constructor(batch: number, commands: readonly (Probe | Mutation)[]) {
    this.#batch = batch;
    this.#commands = commands;
  }

  get complete(): boolean {
    return this.#openStreams === 0;
  }

  /** Returns what the shell waits for before it goes on. */
  addStdout({ body, label }: Frame): Iterable<Buffer> {
    if (this.#endsWith(label)) return [];
    const [step, code] = this.#stepOf(label, this.#stdout.length);
    if (code === sendLabel) return payloadLines(this.#commands[Number(step)]?.stdin ?? new Uint8Array());
    if (code === undefined || !/^\d{1,3}$/.test(code))
      throw new Error(`step ${step} has no exit code: ${label}`);
    this.#stdout.push({ body, exitCode: Number(code) });
    return [];
  }

  addStderr({ body, label }: Frame): void {
    if (this.#endsWith(label)) return;
    this.#stepOf(label, this.#stderr.length);
    this.#stderr.push(body);
  }

  /** One result for each step that ran. */
  results(): readonly CommandResult[] {
    return this.#stdout.map(({ body, exitCode }, step) => ({
      exitCode,
      stdout: body,
      stderr: this.#stderr[step] ?? Buffer.alloc(0),
    }));
  }

  #endsWith(label: string): boolean {
    if (label !== endLabel(this.#batch)) return false;
    this.#openStreams -= 1;
    return true;
  }

  #stepOf(label: string, expected: number): readonly [string, string | undefined] {
    const [batch, step, code] = label.split('.');
    if (batch !== String(this.#batch) || step !== String(expected)) {
      throw new Error(`expected step ${expected} of batch ${this.#batch}, got the mark ${label}`);
    }
    return [step, code];
  }
}
