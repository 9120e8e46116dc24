import fc from 'fast-check';

/** A value as each format writes it. */
export interface WrittenValues {
  /** In YAML's flow style. */
  readonly yaml: fc.Arbitrary<string>;
  readonly json: fc.Arbitrary<string>;
  /** In INI: with spaces only inside quotes, so that it can stand on a host's line. */
  readonly ini: fc.Arbitrary<string>;
}

/** Values of every type; without those of which Python's `str` cannot be told from the file alone, for `--graph --vars`. */
export function writtenValues({ printable }: { readonly printable: boolean }): WrittenValues {
  // Which characters can be printed, Python and Node know from different versions of Unicode.
  const unit = printable ? 'grapheme-ascii' : 'grapheme';
  const scalar = fc.constantFrom(...YAML_SCALARS, ...(printable ? [] : YAML_MARKED));
  const word = fc.stringMatching(/^[a-zA-Z][\w ]{0,6}\w$/);
  const quoted = fc.string({ unit, maxLength: 6 }).map(doubleQuoted);
  const { yaml } = fc.letrec<{ yaml: string }>((tie) => ({
    yaml: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      { weight: 6, arbitrary: fc.oneof(scalar, word, quoted) },
      {
        weight: 1,
        arbitrary: fc.array(tie('yaml'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
      },
      { weight: 1, arbitrary: fc.dictionary(KEY, tie('yaml'), { maxKeys: 3 }).map(flowMap) },
    ),
  }));
  const json = fc.oneof(
    fc.constantFrom(...JSON_SCALARS),
    fc.jsonValue({ maxDepth: 2, stringUnit: unit }).map((value) => JSON.stringify(value)),
  );
  return { yaml, json, ini: fc.constantFrom(...INI_VALUES, ...(printable ? [] : INI_TUPLES)) };
}

/** What ends a line in YAML 1.1 only, and marks of byte order, konvoy-ha wants as escapes. */
function doubleQuoted(text: string): string {
  return JSON.stringify(text).replaceAll(/[\u0085\u2028\u2029\uFEFF]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function flowMap(entries: Readonly<Record<string, string>>): string {
  return `{${Object.entries(entries)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')}}`;
}

/** Without letters that YAML 1.1 takes for a boolean. */
const KEY = fc.constantFrom('k', 'key', 'Ключ', 'k2', '"a b"', '😀', '\uFB01');

const YAML_SCALARS = [
  ...[
    '0',
    '1',
    '-1',
    '+5',
    '42',
    '0x1F',
    '0644',
    '0o17',
    '08',
    '0b101',
    '1_000',
    '123456789012345678901234567890',
  ],
  ...[
    '1.5',
    '1.0',
    '-0.0',
    '1.',
    '.5',
    '1e3',
    '1.0e+3',
    '1.5e-7',
    '1.0e+16',
    '.inf',
    '-.INF',
    '12:30',
    '1:30.5',
  ],
  ...['yes', 'No', 'on', 'OFF', 'true', 'False', 'y', 'N', '~', 'null', 'Null', 'nul', '""', "''", "'~'"],
  ...[
    "'it''s'",
    '"\\u00e9\\n\\t\\x41"',
    '"{{ other }}"',
    "'{% raw %}'",
    'a:b',
    'a#b',
    'x y',
    'grün',
    '😀',
    '<',
  ],
  ...[
    '"\\u2028\\u007f\\u00ad"',
    '"1"',
    "'yes'",
    '!!str 12',
    '1.2.3',
    '10.0.0.1',
    'fd00::1',
    '0x',
    '1__0',
    '_1',
    '.NaN',
  ],
];

/** Dates, and what Ansible marks. */
const YAML_MARKED = [
  ...['2001-12-14', '2001-12-14 21:59:43', '2001-12-14t21:59:43.10-05:00', '2002-1-1', '!unsafe "{{ x }}"'],
  ...['!unsafe 5', '!vault "$ANSIBLE_VAULT;1.1;AES256\\n6162\\n"', '[!unsafe "a", !unsafe b]'],
];

const JSON_SCALARS = [
  ...[
    '1',
    '-7',
    '1.0',
    '1e3',
    '1E-7',
    '12345678901234567890',
    'true',
    'false',
    'null',
    '"x"',
    '"12:30"',
    '"\\u00e9"',
  ],
  ...['0.1', '-0', '1e22', '"yes"', '[]', '{}', '[1, {"a": null}]'],
];

/** Without sets and complex numbers: konvoy-ha keeps them as text, and Python's JSON cannot print them at all. */
const INI_VALUES = [
  ...['1', '0', '-3', '007', '0x10', '0o17', '1_000', '1.5', '1e5', '-0.0', '123456789012345678901234567890'],
  ...[
    'True',
    'False',
    'None',
    'true',
    'yes',
    'text',
    'a:b',
    'x/y',
    '10.0.0.1',
    'grün',
    '{{x}}',
    "''",
    '""',
    '1+2',
  ],
  ...['"quoted"', "'quoted'", '"x y"', "'x y'", '[1,2]', '"[1, 2]"', "\"{'a': 1, 'b': [True, None]}\""],
  ...['"\'inner\'"', '\'"inner"\'', '"1"', "'1'", 'a\\b', '=x', 'k=v', '\'u"x"\'', '"b\'x\'"', '"{}"'],
];

const INI_TUPLES = ['(1,2)', '"(1,)"', '1,2', '"[(1, 2)]"'];
