import { expect, test } from 'vitest';
import { mutate, probe } from '../../../src/domain/command.ts';
import type { Reader, Session } from '../../../src/transport/transport.ts';

// `npm run typecheck` is what runs these: an `@ts-expect-error` on a line that compiles is an error.
test('a reader cannot change a host: the compiler refuses it', () => {
  const look = async (reader: Reader): Promise<void> => {
    await reader.probe([probe('true')]);
    // @ts-expect-error: a Mutation is no Probe
    await reader.probe([mutate('reboot')]);
  };
  const change = async (session: Session): Promise<void> => {
    // @ts-expect-error: a Probe is no Mutation, so that what changes a host can be told from what does not
    await session.mutate([probe('true')]);
    await look(session);
  };
  // @ts-expect-error: a Reader has no mutate
  const mutates: keyof Reader = 'mutate';
  // @ts-expect-error: a Reader takes no lock
  const locks: keyof Reader = 'lock';
  expect([look, change, mutates, locks]).toHaveLength(4);
});
