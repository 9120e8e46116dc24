import { expect, it } from 'vitest';
import { Problems } from '../../../../src/config/text/problems.ts';
import { sourceFile } from '../../../../src/config/text/source.ts';
import { formatDiagnostic } from '../read.ts';

const inventory = sourceFile('inventory.yaml', '/cluster', 'one\ntwo\n');
const cluster = sourceFile('cluster.yaml', '/cluster', 'three\n');

it('problems are listed in reading order, those without a place first', () => {
  const problems = new Problems();
  problems.error('b', { source: inventory, start: 4, end: 7 });
  problems.error('c', { source: cluster, start: 0, end: 5 });
  problems.warn('a', { source: inventory, start: 0, end: 3 });
  problems.error('none');
  expect(problems.list().map((diagnostic) => diagnostic.message)).toEqual(['none', 'a', 'b', 'c']);
});

it('the same problem at the same place is named once', () => {
  const problems = new Problems();
  for (const start of [0, 0, 4])
    problems.error('wrong', { source: inventory, start, end: start + 3 }, 'mend it');
  expect(problems.list().map(formatDiagnostic)).toEqual([
    'inventory.yaml:1:1 [one] error: wrong; mend it',
    'inventory.yaml:2:1 [two] error: wrong; mend it',
  ]);
});

it('warnings alone are no errors', () => {
  const problems = new Problems();
  expect(problems.hasErrors).toBe(false);
  problems.warn('odd');
  expect(problems.hasErrors).toBe(false);
  problems.error('wrong');
  expect(problems.hasErrors).toBe(true);
});

it('what was said about a reading can be taken over, once and in its order', () => {
  const [problems, trial] = [new Problems(), new Problems()];
  problems.error('b', { source: inventory, start: 4, end: 7 });
  trial.error('b', { source: inventory, start: 4, end: 7 });
  trial.error('c', { source: cluster, start: 0, end: 5 });
  trial.warn('a', { source: inventory, start: 0, end: 3 });
  problems.adopt(trial);
  expect(problems.list().map((diagnostic) => diagnostic.message)).toEqual(['a', 'b', 'c']);
});
