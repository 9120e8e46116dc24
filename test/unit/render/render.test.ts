import { describe, expect, test } from 'vitest';
import { createRenderer } from '../../../src/render/render.ts';

interface Views {
  readonly page: { readonly title: string; readonly list: readonly string[]; readonly isLong: boolean };
}

const VIEW: Views['page'] = { title: 'a', list: ['x', 'y'], isLong: true };

function render(source: string, view: object = VIEW): string {
  return createRenderer<Views>({ page: source }).render('page', view as Views['page']);
}

describe('a template', () => {
  test.each<readonly [string, string, string]>([
    ['values', 'title {{title}}\n', 'title a\n'],
    ['values as they are, without a word of HTML', '{{title}}', `<"it's" & more>`],
    [
      'a list, a line for each',
      'list {\n{{#each list}}\n  {{this}}\n{{/each}}\n}\n',
      'list {\n  x\n  y\n}\n',
    ],
    ['a part that may be left out', 'a\n{{#if isLong}}\nb\n{{/if}}\nc\n', 'a\nb\nc\n'],
  ])('renders %s', (_, source, expected) => {
    const title = expected.startsWith('<') ? expected : 'a';
    expect(render(source, { ...VIEW, title })).toBe(expected);
  });

  test.each<readonly [string, string, object]>([
    ['a name that is not in the view', '{{titel}}', VIEW],
    ['a value that is undefined', 'title {{title}}', { ...VIEW, title: undefined }],
    ['a value that was made of undefined', 'title {{title}}', { ...VIEW, title: String(undefined) }],
    ['an undefined value in a list', '{{#each list}}{{this}}{{/each}}', { ...VIEW, list: ['x', undefined] }],
    ['a condition that is undefined', '{{#if isLong}}b{{/if}}', { ...VIEW, isLong: undefined }],
    ['a number that is none', 'title {{title}}', { ...VIEW, title: Number.NaN }],
    ['an object', 'title {{title}}', { ...VIEW, title: {} }],
    ['an object in a list', '{{#each list}}{{this}}{{/each}}', { ...VIEW, list: [{}] }],
    ['a helper that nobody knows', '{{shout title}}', VIEW],
    ['a block that nobody knows', '{{#link title}}{{/link}}', VIEW],
    ['a block that does not end', '{{#if isLong}}', VIEW],
  ])('is refused for %s', (_, source, view) => {
    expect(() => render(source, view)).toThrow();
  });

  test('renders many views, and is compiled for the first', () => {
    const renderer = createRenderer<Views>({ page: '{{title}}' });
    expect(['a', 'b', 'a'].map((title) => renderer.render('page', { ...VIEW, title }))).toEqual([
      'a',
      'b',
      'a',
    ]);
  });
});
