import { describe, expect, it } from 'vitest';
import { Problems } from '../../../../src/config/text/problems.ts';
import { sourceFile } from '../../../../src/config/text/source.ts';
import { parseYaml } from '../../../../src/config/text/yaml.ts';
import { formatDiagnostic } from '../read.ts';

// As `ansible-inventory --host` prints them.
describe('a key that is no text is called what JSON makes of it', () => {
  function keys(text: string): unknown {
    const problems = new Problems();
    const [tree] = parseYaml(sourceFile('f.yaml', '/', text), problems) ?? [];
    expect(problems.list()).toEqual([]);
    return (
      tree?.kind === 'map' &&
      Array.from(tree.entries, ([key, { typedKey }]) => (typedKey === undefined ? key : [key, typedKey.text]))
    );
  }

  it.each([
    ['1: x', '1', '1'],
    ['yes: x', 'true', 'yes'],
    ['OFF: x', 'false', 'OFF'],
    ['null: x', 'null', 'null'],
    ['? \n: x', 'null', ''],
    ['22:22: x', '1342', '22:22'],
    ['0644: x', '420', '0644'],
    ['1.0: x', '1.0', '1.0'],
    ['1.50: x', '1.5', '1.50'],
    ['-0.0: x', '-0.0', '-0.0'],
    ['1.0e+20: x', '1e+20', '1.0e+20'],
    ['123456789012345.6: x', '123456789012345.6', '123456789012345.6'],
    ['10000000000000000.0: x', '1e+16', '10000000000000000.0'],
    ['0.0001: x', '0.0001', '0.0001'],
    ['0.00001: x', '1e-05', '0.00001'],
    ['.inf: x', 'Infinity', '.inf'],
    ['-.inf: x', '-Infinity', '-.inf'],
    ['.nan: x', 'NaN', '.nan'],
    ['2001-12-14: x', '2001-12-14', '2001-12-14'],
    ['&a 5: x', '5', '5'],
    ['!!int "5": x', '5', '5'],
  ])('%j', (text, key, written) => {
    expect(keys(`${text}\n`)).toEqual([[key, written]]);
  });

  it('an alias of one, too', () => {
    expect(keys('a: &n 5\n*n : x\n')).toEqual(['a', ['5', '5']]);
  });

  it('while a text of the same letters is a text', () => {
    expect(keys('!!str 1: x\n"yes": x\n! z: x\n')).toEqual(['1', 'yes', 'z']);
  });
});

describe('of two equal keys', () => {
  it.each(['1: x\n1.0: y\n', 'yes: x\non: y\n', '1: x\nyes: y\n', 'null: x\n~: y\n', '0x1: x\n1: y\n'])(
    '%j has one key twice, as Python counts',
    (text) => {
      const problems = new Problems();
      parseYaml(sourceFile('f.yaml', '/', text), problems);
      expect(problems.list().map(formatDiagnostic)).toEqual([
        expect.stringMatching(/^f\.yaml:2:1 .* duplicate key ".*"; the first one/),
      ]);
    },
  );
});
