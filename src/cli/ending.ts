import { KonvoyError } from '../domain/error.ts';
import type { ExitError, Reporter } from '../domain/event.ts';
import { EXIT, EXIT_OF } from './exit-codes.ts';

/** The exit status of whatever a command threw, and what is said of it. */
export function describe(error: unknown): { readonly code: number; readonly exit: ExitError } {
  if (error instanceof KonvoyError) {
    return {
      code: EXIT_OF[error.code],
      exit: { code: error.code, message: error.message, hints: error.hints },
    };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: EXIT.internal,
    exit: {
      code: 'internal',
      message: `internal error: ${message}`,
      hints: ['this is a bug in konvoy-ha: please report it with the lines above'],
    },
  };
}

/** Says everything that is wrong with an input, when that is what ended a command. */
export function reportDiagnostics(report: Reporter, error: unknown): void {
  if (!(error instanceof KonvoyError)) return;
  for (const diagnostic of error.diagnostics) report({ type: 'diagnostic', diagnostic });
}
