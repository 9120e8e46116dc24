import type { HostName } from './names.ts';

export type CheckStatus = 'pass' | 'warn' | 'fail' | 'skipped';

/** One question with its answer and the evidence for it. */
export interface Check {
  /** Short kebab-case name, stable for scripts. */
  readonly name: string;
  readonly status: CheckStatus;
  /** What was seen, in words. */
  readonly evidence: string;
  readonly host?: HostName;
  readonly hint?: string;
}

/** What all checks together say. */
export interface Verdict {
  readonly checks: readonly Check[];
  /** True when no check failed. */
  readonly isGood: boolean;
  /** The hosts that hold the VIP, in inventory order: exactly one when all is well. */
  readonly owners: readonly HostName[];
}

export function verdictOf(checks: readonly Check[], owners: readonly HostName[]): Verdict {
  return { checks, owners, isGood: checks.every((check) => check.status !== 'fail') };
}
