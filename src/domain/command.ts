import type { Brand } from './result.ts';

/** A word quoted for a POSIX shell: pasted into a script it is always exactly one word. */
export type ShellWord = Brand<string, 'ShellWord'>;

interface Invocation {
  /** Program and arguments; turned into a shell line once, in `transport/`. No secret may stand here. */
  readonly argv: readonly string[];
  /** What the program reads on standard input; absent means /dev/null. May be secret, never logged. */
  readonly stdin?: Uint8Array;
}

/** Reads a host. Safe at any time, also while only planning. */
export interface Probe extends Invocation {
  readonly effect: 'none';
}

/** Changes a host. Only a `Session`, which planning never holds, runs one. */
export interface Mutation extends Invocation {
  readonly effect: 'change';
}

/** What a command left behind. An exit code of any value is a result, not an error. */
export interface CommandResult {
  /** 0–255; a death by signal n is 128 + n, as a shell reports it. */
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

export function probe(...argv: readonly string[]): Probe {
  return { effect: 'none', argv };
}

export function mutate(...argv: readonly string[]): Mutation {
  return { effect: 'change', argv };
}

/** A read-only POSIX shell program with its positional parameters; the program is a constant of ours, never built from values. */
export function probeScript(script: string, ...parameters: readonly string[]): Probe {
  return probe('sh', '-c', script, 'konvoy-ha', ...parameters);
}

/** A changing POSIX shell program; values arrive as positional parameters only. */
export function mutateScript(script: string, ...parameters: readonly string[]): Mutation {
  return mutate('sh', '-c', script, 'konvoy-ha', ...parameters);
}

/** Quotes one word for a POSIX shell. A NUL cannot stand in a command and throws. */
export function shellWord(text: string): ShellWord {
  if (text.includes('\0')) throw new Error('a NUL byte cannot stand in a shell word');
  return (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`) as ShellWord;
}

/** Program and arguments as one line of shell. */
export function shellLine(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}

/** Standard output as text (UTF-8, invalid bytes replaced). */
export function stdoutOf(result: CommandResult): string {
  return new TextDecoder().decode(result.stdout);
}

/** Standard error as text (UTF-8, invalid bytes replaced). */
export function stderrOf(result: CommandResult): string {
  return new TextDecoder().decode(result.stderr);
}
