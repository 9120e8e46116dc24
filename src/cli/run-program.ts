import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { err, ok, type Result } from '../domain/result.ts';

interface ProgramOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
}

/**
 * Runs a program of the operator's, without a shell and without input, and resolves with what it printed; else with what
 * went wrong and what the program said on stderr.
 */
export async function runProgram(
  path: string,
  args: readonly string[],
  { cwd, env, timeoutMs }: ProgramOptions,
): Promise<Result<string, string>> {
  const reason = await whyNoProgram(path);
  if (reason !== undefined) return err(`cannot be run: ${reason}`);
  const child = spawn(path, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  const output = new Collected();
  const said = new Collected();
  child.stdout.on('data', (chunk: Buffer) => {
    if (!output.add(chunk)) child.kill('SIGKILL');
  });
  child.stderr.on('data', (chunk: Buffer) => void said.add(chunk));
  const ended = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(`cannot be run: ${error.message}`));
    child.once('close', (code, signal) => resolve(reasonOf(code, signal, timeoutMs)));
  });
  if (output.isTooMuch) return err(`printed more than ${MOST_OUTPUT / 2 ** 20} MiB`);
  if (ended !== undefined) return err([ended, said.text.trim()].filter((part) => part !== '').join('\n'));
  return output.isText ? ok(output.text) : err('printed what is not UTF-8 text');
}

/**
 * A text without `#!` would be run by a shell after all (execvp(3)): a password in an executable file would be taken for a
 * command, and be in the error message. Undefined for a program.
 */
async function whyNoProgram(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING), 0, BEGINNING, 0);
    const beginning = buffer.subarray(0, bytesRead);
    const isProgram = beginning.toString('latin1').startsWith('#!') || beginning.includes(0);
    return isProgram ? undefined : 'it is no program and does not begin with #!';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Undefined for a program that ended well. */
function reasonOf(code: number | null, signal: string | null, timeoutMs: number): string | undefined {
  if (code === 0) return undefined;
  if (signal === 'SIGKILL') return `did not end within ${timeoutMs / 1000} s`;
  return code === null ? `was ended by ${signal ?? 'a signal'}` : `ended with status ${code}`;
}

class Collected {
  readonly #chunks: Buffer[] = [];
  #size = 0;

  /** False when it has become more than anybody reads. */
  add(chunk: Buffer): boolean {
    this.#size += chunk.length;
    if (!this.isTooMuch) this.#chunks.push(chunk);
    return !this.isTooMuch;
  }

  get isTooMuch(): boolean {
    return this.#size > MOST_OUTPUT;
  }

  get isText(): boolean {
    return Buffer.from(this.text).equals(Buffer.concat(this.#chunks));
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}

/** Every binary has a zero among its first bytes. */
const BEGINNING = 64;
const MOST_OUTPUT = 16 * 2 ** 20;
