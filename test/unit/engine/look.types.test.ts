import { expectTypeOf, test } from 'vitest';
import { mutate } from '../../../src/domain/command.ts';
import type { Readers } from '../../../src/engine/fleet.ts';
import type {
  checkCommand,
  historyCommand,
  planCommand,
  planDestroyCommand,
  planRollbackCommand,
  verifyCommand,
} from '../../../src/engine/look.ts';
import type { statusCommand, watchStatus } from '../../../src/engine/status.ts';
import type { View, World } from '../../../src/engine/world.ts';
import type { Reader } from '../../../src/transport/transport.ts';

// The compiler is the test: `npm run typecheck` fails when one of these stops holding.

test('plan, check, status, verify, history and every dry run get a view, which has no transport', () => {
  expectTypeOf<Parameters<typeof planCommand>[0]>().toEqualTypeOf<View>();
  expectTypeOf<Parameters<typeof planRollbackCommand>[0]>().toEqualTypeOf<View>();
  expectTypeOf<Parameters<typeof planDestroyCommand>[0]>().toEqualTypeOf<View>();
  expectTypeOf<Parameters<typeof checkCommand>[0]>().toEqualTypeOf<View>();
  expectTypeOf<Parameters<typeof statusCommand>[0]>().toEqualTypeOf<View>();
  expectTypeOf<Parameters<typeof watchStatus>[0]>().toEqualTypeOf<View>();
  expectTypeOf<Parameters<typeof verifyCommand>[0]>().toEqualTypeOf<View>();
  expectTypeOf<Parameters<typeof historyCommand>[0]>().toEqualTypeOf<View>();
  expectTypeOf<View>().not.toHaveProperty('transport');
  expectTypeOf<World>().toHaveProperty('transport');
});

test('what a view reaches and what it connects to can neither mutate nor lock', () => {
  type Reached = Awaited<ReturnType<View['reach']>>;
  expectTypeOf<Reached>().not.toHaveProperty('mutate');
  expectTypeOf<Reached>().not.toHaveProperty('lock');
  expectTypeOf<Readers['readers']>().toEqualTypeOf<ReadonlyMap<Reader['host'], Reader>>();
});

test('a mutation cannot be passed off as a probe', () => {
  const ask = async (reader: Reader): Promise<unknown> => {
    // @ts-expect-error a Reader takes probes only
    return reader.probe([mutate('rm', '-rf', '/')]);
  };
  expectTypeOf(ask).toBeFunction();
});
