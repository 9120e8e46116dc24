import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TEMPLATE_NAMES, TEMPLATES } from '../../../src/backends/templates.ts';
import { SOURCES } from '../../support/templates.ts';
import { templateProblems } from '../../../src/render/template-problems.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/templates.md'), 'utf8');

/** The cells of every row below a heading, up to the next. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const from = PAGE.indexOf(`\n### ${heading}\n`);
  if (from === -1) return [];
  const section = PAGE.slice(from + 5).split('\n### ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe.each(TEMPLATE_NAMES)('the template %s', (name) => {
  const { path, fields } = TEMPLATES[name];

  it('has every field in docs/templates.md, as it is', () => {
    const expected = Object.entries(fields).map(([field, { kind, means }]) => [`\`${field}\``, kind, means]);
    expect(rowsBelow(`\`${path}\``)).toEqual(expected);
  });

  it('of ours has nothing against it', () => {
    const source = SOURCES[name];
    expect(templateProblems(source, fields)).toEqual([]);
  });
});

it('docs/templates.md has no template that is none', () => {
  const headings = [...PAGE.matchAll(/^### `(?<path>[^`]+)`$/gm)].map(({ groups }) => groups?.['path']);
  expect(headings).toEqual(TEMPLATE_NAMES.map((name) => TEMPLATES[name].path));
});
