import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { KonvoyError } from '../domain/error.ts';
import type { LabContext } from './context.ts';

/** What a command left behind; a command that a signal ended has exit code 128 + the signal's number, as in a shell. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly stdin?: string | undefined;
  /** The command is killed when it takes longer; ten minutes unless told. */
  readonly timeoutMs?: number;
  /** Variables added to the context's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command on this machine to its end; a command that cannot be started has exit code 127. */
export async function run(
  context: LabContext,
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const [file = '', ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      env: { ...context.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // Not spawn's own timeout: that one goes on ticking when the command could not be started (node 20).
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? defaultTimeoutMs);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ exitCode: 127, stdout: '', stderr: error.message });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({
        exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
      });
    });
    // A command that does not read its input closes the pipe early: its exit code says all there is to say.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
  });
}

/** Runs a command that has to succeed and returns its standard output; throws `lab-unavailable` with its last words. */
export async function must(
  context: LabContext,
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const result = await run(context, argv, options);
  if (result.exitCode === 0) return result.stdout;
  throw new KonvoyError(`${argv.slice(0, 3).join(' ')} failed with exit code ${result.exitCode}`, {
    code: 'lab-unavailable',
    hints: lastLines(result.stderr === '' ? result.stdout : result.stderr),
  });
}

function lastLines(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-8).map((line) => line.trim());
}

const defaultTimeoutMs = 600_000;
