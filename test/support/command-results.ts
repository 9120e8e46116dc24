import type { CommandResult } from '../../src/domain/command.ts';

/** What a command left behind that wrote this to standard output. */
export function said(stdout: string, exitCode = 0): CommandResult {
  return { exitCode, stdout: bytes(stdout), stderr: bytes('') };
}

/** What a command left behind that wrote this to standard error only. */
export function complained(stderr: string, exitCode: number): CommandResult {
  return { exitCode, stdout: bytes(''), stderr: bytes(stderr) };
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
