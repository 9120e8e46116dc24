import { describe, expect, it } from 'vitest';
import { Problems } from '../../../../src/config/text/problems.ts';
import { sourceFile } from '../../../../src/config/text/source.ts';
import type { TreeNode } from '../../../../src/config/text/tree.ts';
import { parseYaml } from '../../../../src/config/text/yaml.ts';
import { formatDiagnostic } from '../read.ts';

interface Reading {
  readonly value: TreeNode | undefined;
  readonly complaints: readonly string[];
}

/** The value of `key: WRITTEN`. */
function read(written: string): Reading {
  const problems = new Problems();
  const [tree] = parseYaml(sourceFile('f', '/', `key: ${written}\n`), problems) ?? [];
  const value = tree?.kind === 'map' ? tree.entries.get('key')?.value : undefined;
  return { value, complaints: problems.list().map(formatDiagnostic) };
}

describe('a list or a map with a tag', () => {
  function plain(node: TreeNode | undefined): unknown {
    if (node?.kind === 'list') return node.items.map(plain);
    if (node?.kind === 'map')
      return new Map(Array.from(node.entries, ([key, { value }]) => [key, plain(value)]));
    return node?.tag === undefined ? node?.value : { [node.tag]: node.value };
  }

  it.each<readonly [string, unknown]>([
    ['!!seq [a]', ['a']],
    ['! [a]', ['a']],
    ['!!map {a: 1}', new Map([['a', 1n]])],
    ['!!python/dict {a: 1}', new Map([['a', 1n]])],
    [
      '!!omap [{a: 1}, {2: b}]',
      [
        ['a', 1n],
        [2n, 'b'],
      ],
    ],
    [
      '!!pairs [{a: 1}, {a: 2}]',
      [
        ['a', 1n],
        ['a', 2n],
      ],
    ],
    ['!unsafe [a, 5, "b"]', [{ unsafe: 'a' }, 5n, { unsafe: 'b' }]],
    ['!unsafe {a: b}', new Map([['a', { unsafe: 'b' }]])],
    // ansible-core 2.14 loses what is in a list or a map inside; later ones do not.
    ['!unsafe [[a]]', [[{ unsafe: 'a' }]]],
    ['[&x a, !unsafe [*x], *x]', ['a', [{ unsafe: 'a' }], 'a']],
    ['!vault x', { vault: 'x' }],
    ['!unsafe yes', { unsafe: 'yes' }],
  ])('%s', (written, expected) => {
    const { value, complaints } = read(written);
    expect(complaints).toEqual([]);
    expect(plain(value)).toEqual(expected);
  });
});

describe('in a file that is JSON, JSON has the word', () => {
  function valueOf(json: string): unknown {
    const problems = new Problems();
    const [tree] = parseYaml(sourceFile('f', '/', `{\n\t"key": ${json}}`), problems) ?? [];
    expect(problems.list()).toEqual([]);
    const value = tree?.kind === 'map' ? tree.entries.get('key')?.value : undefined;
    return value?.kind === 'scalar' ? [value.value, value.tag] : undefined;
  }

  it.each<readonly [string, unknown]>([
    ['1e3', [1000, undefined]],
    ['1.5e3', [1500, undefined]],
    ['-0', [0n, undefined]],
    ['12345678901234567890', [12345678901234567890n, undefined]],
    ['true', [true, undefined]],
    ['null', [undefined, undefined]],
    ['"2001-12-14"', ['2001-12-14', undefined]],
    ['"\\ud83d\\ude00\\/"', ['😀/', undefined]],
    ['"\\u0000\\u2028"', ['\0\u2028', undefined]],
    ['{"__ansible_unsafe": "{{"}', ['{{', 'unsafe']],
    ['{"__ansible_vault": "x"}', ['x', 'vault']],
  ])('%s', (json, expected) => {
    expect(valueOf(json)).toEqual(expected);
  });
});
