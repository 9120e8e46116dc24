/** What was caught, as an `Error`: libraries and abort reasons may throw anything. */
export function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause), { cause });
}
