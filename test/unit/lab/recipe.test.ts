import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { suites } from '../../../src/lab/context.ts';
import { bootScript } from '../../../src/lab/guest.ts';
import { mirrorIn } from '../../../src/lab/image.ts';
import { imageName, imageRecipe } from '../../../src/lab/recipe.ts';

test('every suite has an image of its own, named after the recipe', () => {
  const names = suites.map(imageName);
  expect(new Set(names).size).toBe(suites.length);
  for (const name of names) expect(name).toMatch(/^konvoy-ha-lab:[a-z]+-[0-9a-f]{12}$/);
});

test('the recipe names no mirror: where packages come from is the business of the base', () => {
  expect(imageRecipe()).not.toContain('://');
});

test.each([
  ['recipe', imageRecipe()],
  ['boot script', bootScript],
])('the %s is a shell script', (_name, script) => {
  expect(() => execFileSync('sh', ['-n'], { input: script })).not.toThrow();
});

test.each([
  ['the debian archive', 'Debian\tDebian\thttp://mirror.example/debian\n', 'http://mirror.example/debian'],
  ['security updates alone', 'Debian\tDebian-Security\thttp://mirror.example/debian-security\n', undefined],
  [
    'others first',
    'Ubuntu\tUbuntu\thttp://mirror.example/ubuntu\nDebian\tDebian\thttp://mirror.example/debian\n',
    'http://mirror.example/debian',
  ],
  ['no sources at all', '', undefined],
])('the mirror of a machine with %s', (_name, targets, expected) => {
  expect(mirrorIn(targets)).toBe(expected);
});
