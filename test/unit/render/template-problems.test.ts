import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flag, list, value, type FieldTable } from '../../../src/render/fields.ts';
import { createRenderer } from '../../../src/render/render.ts';
import { templateProblems } from '../../../src/render/template-problems.ts';

interface Page {
  readonly title: string;
  readonly items: readonly string[];
  readonly isLong: boolean;
}

const FIELDS: FieldTable<Page> = {
  title: value('the title'),
  items: list('what there is'),
  isLong: flag('there is much'),
};

const VIEW: Page = { title: 'a', items: ['x', 'y'], isLong: true };

function problems(source: string): readonly string[] {
  return templateProblems(source, FIELDS).map(({ line, column, message }) => `${line}:${column} ${message}`);
}

function render(source: string): string {
  return createRenderer<{ readonly page: Page }>({ page: source }).render('page', VIEW);
}

describe('a template', () => {
  test.each([
    ['text', 'nothing but text } {\n'],
    ['values', '{{title}} {{{title}}} {{this.title}} {{isLong}}'],
    [
      'conditions',
      '{{#if isLong}}{{title}}{{else if items}}{{title}}{{else}}-{{/if}}{{#unless isLong}}{{title}}{{/unless}}',
    ],
    ['only what is otherwise', '{{^if isLong}}{{title}}{{/if}}'],
    [
      'a loop',
      '{{#each items}}{{this}} {{@index}} {{../title}}{{#if @last}}{{else}},{{/if}}{{else}}{{title}}{{/each}}',
    ],
    ['a loop with a name', '{{#each items as |item|}}{{item}} {{../title}}{{/each}}'],
    ['comments', '{{! nothing }}{{!-- {{nothing}} --}}'],
  ])('with %s is right, and can be rendered', (_, source) => {
    expect(problems(source)).toEqual([]);
    expect(() => render(source)).not.toThrow();
  });

  test.each([
    ['a name that is no field', 'a\n  {{titel}}', ['2:5 there is no field titel']],
    ['such a name in a condition', '{{#if long}}{{/if}}', ['1:7 there is no field long']],
    ['such a name in a loop', '{{#each items}}{{../titel}}{{/each}}', ['1:18 there is no field titel']],
    ['a name that every object has', '{{constructor}}', ['1:3 there is no field constructor']],
    [
      'a field of the view in a loop',
      '{{#each items}}\n{{title}}\n{{/each}}',
      ['2:3 title in a loop is nothing'],
    ],
    ['a list for a value', '{{items}}', ['1:3 items is a list']],
    ['a loop over a value', '{{#each title}}{{this}}{{/each}}', ['1:9 title is no list']],
    ['a view for a value', '{{this}}', ['1:3 this is the whole view; name a field of it']],
    [
      'a loop that is left and was not entered',
      '{{../title}}',
      ['1:3 ../title: there is no loop around it to leave'],
    ],
    ['something inside a field', '{{title.length}}', ['1:3 title.length: nothing is inside a field']],
    ['a place in no loop', '{{@index}}', ['1:3 @index is not known here']],
    [
      'the root of everything',
      '{{#each items}}{{@root.title}}{{/each}}',
      ['1:18 @root.title is not known here'],
    ],
    ['a helper', '{{upper title}}', ['1:9 a value takes nothing after its name']],
    ['a helper of Handlebars', '{{lookup items 0}}', ['1:10 a value takes nothing after its name']],
    ['a named parameter', '{{title a=isLong}}', ['1:9 a value takes nothing after its name']],
    ['an unknown block', '{{#with title}}{{this}}{{/with}}', ['1:4 there is no #with']],
    ['a block that is a field', '{{#items}}{{this}}{{/items}}', ['1:4 there is no #items']],
    ['a condition of nothing', '{{#if}}{{/if}}', ['1:4 #if takes one field']],
    ['a condition with more', '{{#if title isLong}}{{/if}}', ['1:13 #if takes one field']],
    ['a text for a field', '{{"title"}}', ['1:3 only a field can stand here']],
    ['a call for a field', '{{#if (lookup items 0)}}{{/if}}', ['1:7 only a field can stand here']],
    ['a partial', '{{> other}}', ['1:1 a partial is not possible here']],
    ['a partial around something', '{{#> other}}{{/other}}', ['1:1 a partial is not possible here']],
    ['a decorator', '{{* other}}', ['1:1 a decorator is not possible here']],
    [
      'a loop in a loop',
      '{{#each items}}{{#each ../items}}{{this}}{{/each}}{{/each}}',
      ['1:19 a loop cannot stand in a loop'],
    ],
    ['everything at once', '{{titel}}\n{{items}}', ['1:3 there is no field titel', '2:3 items is a list']],
  ])('with %s is refused at its place', (_, source, expected) => {
    expect(problems(source)).toEqual(expected);
  });

  test.each([
    [
      'a block that is never closed',
      'a\nb {{#if isLong}}\nc\n',
      /^\d:\d+ the template cannot be read: Expecting/,
    ],
    [
      'a block that is closed as another',
      'a\n{{#if isLong}}\n{{/each}}\n',
      /^2:4 the template cannot be read: if doesn't match each$/,
    ],
    ['a tag that is never closed', 'a\n{{title\nb', /^\d:\d+ the template cannot be read: /],
    ['a brace after a tag', 'a {{title}}}', /^1:3 the template cannot be read: /],
  ])('with %s cannot be read', (_, source, expected) => {
    const found = problems(source);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });

  test('that is taken can be rendered, whatever it is made of', () => {
    const names = fc.constantFrom(
      'title',
      'items',
      'isLong',
      'this',
      '../title',
      '@index',
      'nothing',
      'this.title',
    );
    const { template } = fc.letrec<{ template: string }>((tie) => ({
      template: fc
        .array(
          fc.oneof(
            { depthSize: 'small' },
            fc.constantFrom('text\n', '}', '{{else}}', '{{! x }}'),
            names.map((name) => `{{${name}}}`),
            fc
              .tuple(fc.constantFrom('if', 'unless', 'each', 'with'), names, tie('template'))
              .map(([helper, name, inside]) => `{{#${helper} ${name}}}${inside}{{/${helper}}}`),
          ),
          { maxLength: 4 },
        )
        .map((parts) => parts.join('')),
    }));
    let taken = 0;
    fc.assert(
      fc.property(template, (source) => {
        if (problems(source).length > 0) return;
        taken += 1;
        expect(() => render(source)).not.toThrow();
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});
