import type * as Testcontainers from 'testcontainers';
import { KonvoyError } from '../domain/error.ts';

/** Loads the optional peer that boots the hosts; throws with the line that installs it when it is missing. */
export async function loadTestcontainers(): Promise<typeof Testcontainers> {
  try {
    return await import('testcontainers');
  } catch (cause) {
    throw new KonvoyError('the lab needs the package testcontainers', {
      code: 'lab-unavailable',
      hints: ['npm install testcontainers@11.14.0'],
      cause,
    });
  }
}
