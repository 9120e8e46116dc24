import { expect, expectTypeOf, it } from 'vitest';
import { err, ok, type Brand, type Result } from '../../../src/domain/result.ts';

it('a result is a value or an error, told apart by "ok"', () => {
  const results: readonly Result<number, string>[] = [ok(1), err('wrong')];
  expect(results.map((result) => (result.ok ? result.value : result.error))).toEqual([1, 'wrong']);
});

it('a plain value is not a branded one, and two brands are not each other', () => {
  expectTypeOf<string>().not.toExtend<Brand<string, 'HostName'>>();
  expectTypeOf<Brand<string, 'HostName'>>().toExtend<string>();
  expectTypeOf<Brand<string, 'HostName'>>().not.toExtend<Brand<string, 'UserName'>>();
});
