import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { SETTINGS } from '../../../src/config/konvoy/settings.ts';
import { OWN_VARIABLES } from '../../../src/config/own-variables.ts';
import { complaintsAbout, intentOf } from './read.ts';

function exampleIn(document: string, language = 'yaml'): string {
  const text = readFileSync(resolve(import.meta.dirname, '../../../docs', document), 'utf8');
  return new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(text)?.[1] ?? '';
}

it('the examples in the documentation load without a word', () => {
  const inventory = exampleIn('inventory.md');
  const cluster = exampleIn('cluster-yaml.md');
  expect(complaintsAbout(inventory)).toEqual([]);
  expect(complaintsAbout(inventory, cluster)).toEqual([]);
  expect(intentOf(inventory).hosts.map((host) => host.target.address)).toEqual([
    '192.0.2.11',
    '192.0.2.12',
    '192.0.2.13',
  ]);
  const ini = exampleIn('inventory.md', 'ini');
  expect(complaintsAbout(ini)).toEqual([]);
  expect(intentOf(ini).hosts.map(({ target }) => [target.address, target.port])).toEqual([
    ['192.0.2.11', 22],
    ['192.0.2.12', 2222],
  ]);
  expect(intentOf(inventory, cluster).endpoint).toMatchObject({ vip: '10.0.50.20', settings: { vrid: 51 } });
});

it('docs/settings.md has every setting, by both of its names', () => {
  const text = readFileSync(resolve(import.meta.dirname, '../../../docs/settings.md'), 'utf8');
  for (const { path, variable } of Object.values(SETTINGS)) {
    expect(text).toMatch(new RegExp(`\\| \`${path.join('\\.')}\` +\\| \`${variable}\``));
  }
  const named = [...text.matchAll(/`(keepalived_\w+)`/g)].map(([, name]) => name);
  expect(OWN_VARIABLES).toEqual(expect.arrayContaining(named));
});
