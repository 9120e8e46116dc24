import type { Result } from '../../domain/result.ts';
import type { Secret } from '../../domain/secret.ts';

/** Why a value cannot be read. It never quotes a text that came out of a vault. */
export interface Complaint {
  readonly message: string;
  readonly hints: readonly string[];
  /** The part of the value to point at. */
  readonly fragment?: string;
}

/** Opens what a vault has encrypted. */
export interface VaultOpener {
  open(envelope: string): Result<Secret, Complaint>;
}

/** What was expected of a text that nobody may see, without what was found, which messages quote. */
export function withoutValue(message: string): string {
  const expected = /^(?:expected|keepalived needs) [^]*?(?=, got )/.exec(message)?.[0];
  return expected === undefined ? NOT_SHOWN : `${expected}; what is there is encrypted, and is not shown`;
}

const NOT_SHOWN = 'what is there cannot be used; it is encrypted, and is not shown';
