import type { HostName } from './names.ts';

/** Where in a file of the user's a problem stands; lines and columns count from 1. */
export interface SourceSpan {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Characters to underline, at least 1. */
  readonly length: number;
  /** The whole source line, to be shown above the squiggle; empty when it must not be shown. */
  readonly text: string;
}

/** Something the user has to mend, or should know, before anything is done. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly span?: SourceSpan;
  readonly host?: HostName;
  readonly hints: readonly string[];
}

/** Everything that can go wrong with the world, by name; each has one exit status (`cli/exit-codes.ts`). */
export type ErrorCode =
  | 'usage'
  | 'input-refused'
  | 'not-yet'
  | 'plan-stale'
  | 'connect-failed'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'authentication-failed'
  | 'sudo-refused'
  | 'connection-lost'
  | 'lock-held'
  | 'step-failed'
  | 'verification-failed'
  | 'undo-failed'
  | 'not-finished'
  | 'dead-man-fired'
  | 'interrupted'
  | 'lab-unavailable';

interface KonvoyErrorOptions {
  readonly code: ErrorCode;
  readonly host?: HostName;
  readonly hints?: readonly string[];
  readonly diagnostics?: readonly Diagnostic[];
  readonly cause?: unknown;
}

/** A failure that is not a bug: it has a code, perhaps a host, and says what to do next. */
export class KonvoyError extends Error {
  readonly code: ErrorCode;
  readonly host: HostName | undefined;
  readonly hints: readonly string[];
  /** The problems in the user's input, when that is what went wrong. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(message: string, options: KonvoyErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KonvoyError';
    this.code = options.code;
    this.host = options.host;
    this.hints = options.hints ?? [];
    this.diagnostics = options.diagnostics ?? [];
  }
}

/** The refusal of an input with everything that is wrong with it. */
export function refusal(diagnostics: readonly Diagnostic[]): KonvoyError {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  return new KonvoyError(
    `${errors} ${errors === 1 ? 'problem' : 'problems'} in the input; nothing was changed`,
    {
      code: 'input-refused',
      diagnostics,
    },
  );
}
