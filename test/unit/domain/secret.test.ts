import { format, inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { KonvoyError } from '../../../src/domain/error.ts';
import { Secret } from '../../../src/domain/secret.ts';

const TEXT = 'correct horse battery staple';
const SECRET = new Secret(TEXT);

function thrown(message: string, cause?: unknown): string {
  const error = new KonvoyError(message, { code: 'usage', hints: [`try ${String(SECRET)}`], cause });
  return `${inspect(error)} ${error.message} ${error.stack ?? ''} ${JSON.stringify(error)}`;
}

describe('a secret', () => {
  test.each<readonly [string, string]>([
    ['a template string', `password ${SECRET.toString()}`],
    // eslint-disable-next-line @typescript-eslint/restrict-template-expressions -- what must not do harm when it happens
    ['a template string, by mistake', `password ${SECRET as never}`],
    ['a sum', ['password', SECRET].join(' ')],
    ['String()', String(SECRET)],
    ['JSON', JSON.stringify({ password: SECRET, all: [SECRET] })],
    ['util.inspect', inspect(SECRET)],
    [
      'util.inspect of what holds it, private fields and all',
      inspect({ deep: { er: [SECRET] } }, { depth: 9, showHidden: true }),
    ],
    ['util.inspect without its own word', inspect(SECRET, { customInspect: false, showHidden: true })],
    ['util.format', format('%s %o %O %j %d', SECRET, SECRET, SECRET, SECRET, SECRET)],
    ['the message of an error', thrown(`cannot log in with ${SECRET.toString()}`)],
    ['the cause of an error', thrown('cannot log in', { password: SECRET })],
    ['its own names', JSON.stringify([Object.getOwnPropertyNames(SECRET), Object.entries(SECRET)])],
    ['a copy', inspect(structuredClone(Object.assign({}, SECRET)))],
  ])('does not show in %s', (_, text) => {
    expect(text).not.toContain(TEXT);
  });

  test.each<readonly [string, string]>([
    ['a template string', `password ${SECRET.toString()}`],
    ['JSON', JSON.stringify({ password: SECRET })],
    ['util.inspect', inspect({ password: SECRET })],
  ])('says that it is there in %s', (_, text) => {
    expect(text).toContain('[redacted]');
  });

  test('is told to whom asks for it', () => {
    expect(SECRET.reveal()).toBe(TEXT);
  });
});
