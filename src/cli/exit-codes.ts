import type { ErrorCode } from '../domain/error.ts';

/** Exit statuses (docs/exit-codes.md): a contract with scripts. Anything not listed there is a failure. */
export const EXIT = { done: 0, internal: 1, changes: 2, interrupted: 130 } as const;

/** The exit status of every error; total, so that a new code cannot be forgotten. */
export const EXIT_OF = {
  'step-failed': 3,
  'connection-lost': 3,
  'dead-man-fired': 3,
  'verification-failed': 4,
  'undo-failed': 4,
  'not-finished': 4,
  usage: 10,
  'input-refused': 10,
  'not-yet': 10,
  'plan-stale': 10,
  'lab-unavailable': 10,
  'lock-held': 11,
  'connect-failed': 12,
  'host-key-unknown': 12,
  'host-key-changed': 12,
  'authentication-failed': 12,
  'sudo-refused': 12,
  interrupted: EXIT.interrupted,
} as const satisfies Record<ErrorCode, number>;
