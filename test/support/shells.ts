import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { CommandResult, Mutation, Probe } from '../../src/domain/command.ts';

/** A POSIX shell that a host may have as /bin/sh. */
export interface Shell {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  /** argv[0]: only as `sh` does bash behave as a host's /bin/sh, and leave .bashrc alone. */
  readonly calledAs: string;
}

/** Those of the three that this machine has; `MISSING_TOOLS` says what it has not. */
export const SHELLS: readonly Shell[] = [
  { name: 'dash', argv: ['dash'] as const, calledAs: 'sh' },
  { name: 'bash', argv: ['bash'] as const, calledAs: 'sh' },
  { name: 'busybox sh', argv: ['busybox', 'sh'] as const, calledAs: 'busybox' },
].filter(({ argv: [program] }) => whereIs(program) !== undefined);

/** What the tests of scripts need and this machine lacks. */
export const MISSING_TOOLS: readonly string[] = [
  'dash',
  'bash',
  'busybox',
  'curl',
  'openssl',
  'shellcheck',
].filter((tool) => whereIs(tool) === undefined);

/** The absolute path of a program, if it is installed. */
export function whereIs(program: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, program))
    .find(isExecutable);
}

/** Fills a directory with links to these programs only, to be used as a PATH without any others. */
export function toolsOnly(directory: string, tools: readonly string[]): string {
  mkdirSync(directory, { recursive: true });
  for (const tool of tools) {
    const path = whereIs(tool);
    if (path === undefined) throw new Error(`this test needs ${tool}`);
    symlinkSync(path, join(directory, tool));
  }
  return directory;
}

export interface Surroundings {
  /** Instead of the PATH of the tests. */
  readonly path?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array;
}

/** What a command left behind, and how long it took. */
export type TimedResult = CommandResult & { readonly elapsedMs: number };

/** Runs a script of ours as a host would, with this shell in the place of `sh`. */
export async function runCommand(
  shell: Shell,
  { argv, stdin }: Probe | Mutation,
  surroundings: Surroundings = {},
): Promise<TimedResult> {
  if (argv[0] !== 'sh') throw new Error(`not a script: ${argv.join(' ')}`);
  return runShell(shell, argv.slice(1), { ...(stdin === undefined ? {} : { stdin }), ...surroundings });
}

/** Runs the shell with these arguments until it ends. */
export async function runShell(
  shell: Shell,
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<TimedResult> {
  const child = startShell(shell, args, surroundings);
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(surroundings.stdin ?? new Uint8Array());
  return resultOf(child);
}

/** Starts the shell in a process group of its own and leaves its standard input open. */
export function startShell(
  shell: Shell,
  args: readonly string[],
  { path, env }: Surroundings = {},
): ChildProcess {
  const [program, ...first] = shell.argv;
  return spawn(whereIs(program) ?? program, [...first, ...args], {
    env: { LC_ALL: 'C', PATH: path ?? process.env['PATH'], ...env },
    argv0: shell.calledAs,
    detached: true,
  });
}

/** Waits for the end of a process and all that has its output; a death by signal n is 128 + n, as a shell has it. */
export async function resultOf(child: ChildProcess): Promise<TimedResult> {
  const startedAt = performance.now();
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on('data', (chunk: Buffer) => void stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => void stderr.push(chunk));
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + (SIGNALS[signal ?? ''] ?? 0)));
  });
  const elapsedMs = performance.now() - startedAt;
  return { exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr), elapsedMs };
}

const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
