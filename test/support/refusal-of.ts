import { expect } from 'vitest';
import { KonvoyError } from '../../src/domain/error.ts';

/** The error that an attempt ends with, which is one of ours. */
export async function refusalOf(attempt: Promise<unknown>): Promise<KonvoyError> {
  const [outcome] = await Promise.allSettled([attempt]);
  if (outcome.status === 'fulfilled') expect.fail('it was let in');
  expect(outcome.reason).toBeInstanceOf(KonvoyError);
  return outcome.reason as KonvoyError;
}
