import { expect, test } from 'vitest';
import { boundariesOf, stepsOf } from '../../support/crash/boundaries.ts';
import { keyOf, type Ask } from '../../support/crash/held-run.ts';

const ask = (host: string, step: string, kind: Ask['kind'], what = ''): Ask => ({
  id: 0,
  host,
  step,
  kind,
  what,
});

const ASKS = [
  ask('cp1', 'connecting', 'connect'),
  ask('cp2', 'connecting', 'connect'),
  ask('cp1', 'staging', 'mutate', 'a'),
  ask('cp2', 'staging', 'mutate', 'a'),
  ask('cp2', 'staging', 'mutate', 'b'),
  ask('cp1', 'staging', 'mutate', 'a'),
];

test('the steps of a run come in their order, with their hosts, and a step that is repeated comes once', () => {
  expect(stepsOf(ASKS).map(({ title, hosts }) => [title, ...hosts])).toEqual([
    ['connecting: connect', 'cp1', 'cp2'],
    ['staging: mutate', 'cp1', 'cp2'],
    ['staging: mutate 2', 'cp2'],
  ]);
});

test('a boundary lies before every step, and between two hosts of a step that changes them', () => {
  expect(boundariesOf(stepsOf(ASKS)).map(({ step, position, first }) => [step, position, first])).toEqual([
    [keyOf({ step: 'connecting', kind: 'connect', what: '' }), 'before', 'cp1'],
    [keyOf({ step: 'staging', kind: 'mutate', what: 'a' }), 'before', 'cp2'],
    [keyOf({ step: 'staging', kind: 'mutate', what: 'a' }), 'after one', 'cp2'],
    [keyOf({ step: 'staging', kind: 'mutate', what: 'b' }), 'before', 'cp2'],
  ]);
});
