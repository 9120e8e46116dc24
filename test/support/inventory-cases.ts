import fc from 'fast-check';
import {
  GROUP_NAMES,
  HOST_NAMES,
  iniInventory,
  jsonInventory,
  varsFile,
  yamlInventory,
} from './inventory-files.ts';
import { writtenValues, type WrittenValues } from './inventory-values.ts';

/** Files and a command line that is given to both programs. */
export interface InventoryCase {
  /** Contents by path, relative to the working folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

/** Inventories in every format, alone, together and in folders, with files of variables at every place for them. */
export const inventoryCase: fc.Arbitrary<InventoryCase> = fc
  .constantFrom<(readonly string[])[]>(
    ...[['--list'], ['--list'], ['--list'], ['--list', '--export'], ['--graph'], ['--graph', 'web']],
    ...[
      ['--graph', '--vars'],
      ['--graph', '--vars', '--export'],
      ['--host', 'h1'],
      ['--host', 'n2'],
    ],
  )
  .chain((mode) => caseOf(mode, writtenValues({ printable: mode.includes('--vars') })));

function caseOf(mode: readonly string[], values: WrittenValues): fc.Arbitrary<InventoryCase> {
  return fc
    .record({
      sources: fc.uniqueArray(source(values), { minLength: 1, maxLength: 3, selector: ({ arg }) => arg }),
      beside: fc.array(varsEntry(values, ''), { maxLength: 4 }),
      besidePlaybook: fc.option(fc.array(varsEntry(values, 'play/'), { maxLength: 3 }), { nil: undefined }),
      extra: fc.array(fc.constantFrom(...EXTRA_VARS), { maxLength: 2 }),
      extraFile: varsFile(values, '.yml'),
    })
    .map(({ sources, beside, besidePlaybook, extra, extraFile }) => {
      const playbook = besidePlaybook === undefined ? [] : ['--playbook-dir', 'play'];
      const entries = [...sources.map(({ files }) => files), ...beside, ...(besidePlaybook ?? [])];
      const args = sources.flatMap(({ arg }) => ['-i', arg]);
      const files = Object.assign({}, ...entries) as Record<string, string>;
      return {
        files: withoutClashes({ ...files, 'extra.yml': extraFile }),
        args: [...args, ...playbook, ...extra.flatMap((text) => ['-e', text]), ...mode],
      };
    });
}

interface Source {
  readonly arg: string;
  readonly files: Readonly<Record<string, string>>;
}

function source(values: WrittenValues): fc.Arbitrary<Source> {
  const file = inventoryFile(values).map(([name, text]) => ({ arg: name, files: { [name]: text } }));
  const folder = fc
    .record({
      files: fc.uniqueArray(inventoryFile(values), {
        minLength: 1,
        maxLength: 3,
        selector: ([name]) => name,
      }),
      below: fc.option(inventoryFile(values), { nil: undefined, freq: 3 }),
      vars: fc.array(varsEntry(values, 'inv/'), { maxLength: 3 }),
    })
    .map(({ files, below, vars }): Source => {
      const inside = files.map(([name, text]) => [`inv/${name}`, text] as const);
      const deeper = below === undefined ? [] : [[`inv/sub/${below[0]}`, below[1]] as const];
      const all = [...inside, ...deeper, ...IGNORED.map((name) => [`inv/${name}`, ': not read ['] as const)];
      return {
        arg: 'inv',
        files: Object.assign({}, Object.fromEntries(all), ...vars) as Record<string, string>,
      };
    });
  const ini = iniInventory(values).map((text): Source => ({ arg: 'i.ini', files: { 'i.ini': text } }));
  const list = fc.constantFrom(...HOST_LISTS).map((arg): Source => ({ arg, files: {} }));
  return fc.oneof(
    { weight: 6, arbitrary: file },
    { weight: 4, arbitrary: folder },
    { weight: 2, arbitrary: ini },
    { weight: 1, arbitrary: list },
  );
}

/** Not `.ini` in a folder: Ansible passes that over. */
function inventoryFile(values: WrittenValues): fc.Arbitrary<readonly [string, string]> {
  const named = (
    names: readonly string[],
    text: fc.Arbitrary<string>,
  ): fc.Arbitrary<readonly [string, string]> => fc.tuple(fc.constantFrom(...names), text);
  return fc.oneof(
    named(['a.yml', 'b.yaml', 'hosts', 'B.yml'], yamlInventory(values)),
    named(['hosts2', 'j.inventory', 'i.yml'], iniInventory(values)),
    named(['d.json', 'e'], jsonInventory(values)),
    named(['f', 'g.hosts', 'i.yml'], iniInventory(values)),
  );
}

/** One file of variables, or a folder of them, in group_vars or host_vars. */
function varsEntry(values: WrittenValues, root: string): fc.Arbitrary<Readonly<Record<string, string>>> {
  const owner = fc.oneof(
    fc.constantFrom('all', 'ungrouped', ...GROUP_NAMES).map((name) => `${root}group_vars/${name}`),
    fc.constantFrom(...HOST_NAMES).map((name) => `${root}host_vars/${name}`),
  );
  const file = fc
    .tuple(owner, fc.constantFrom('', '.yml', '.yaml', '.json'))
    .chain(([path, extension]) =>
      varsFile(values, extension).map((text) => ({ [`${path}${extension}`]: text })),
    );
  const folder = fc
    .tuple(owner, fc.uniqueArray(fc.constantFrom(...FOLDER_FILES), { maxLength: 4 }))
    .chain(([path, names]) =>
      fc
        .tuple(...names.map((name) => varsFile(values, name.endsWith('.json') ? '.json' : '.yml')))
        .map((texts) => Object.fromEntries(names.map((name, at) => [`${path}/${name}`, texts[at] ?? '']))),
    );
  return fc.oneof({ weight: 2, arbitrary: file }, folder);
}

/** A path cannot be a file and a folder: the file gives way. */
function withoutClashes(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const paths = Object.keys(files);
  const kept = paths.filter((path) => !paths.some((other) => other.startsWith(`${path}/`)));
  return Object.fromEntries(kept.map((path) => [path, files[path] ?? '']));
}

const IGNORED = [
  '.hidden.yml',
  'x.ini',
  'y.cfg',
  'notes.txt',
  'README.md',
  'a.yml~',
  'b.orig',
  'c.retry',
  'd.bak',
];

const HOST_LISTS = ['h1,', 'h1,n2,fd00::1', 'h1:2222, h2 ,,', '[fd00::2]:22,n2'];

const FOLDER_FILES = [
  ...['10.yml', '9.yml', 'b', 'c.json', 'Z.yaml', '.hidden.yml', 'x.yml~', 'y.txt', 'z.ini'],
  ...['nested/1.yml', 'nested/deep/2', 'nested.d/3.yml', 'ü.yml'],
];

const EXTRA_VARS = [
  ...[
    'a=1',
    'a="x y" b=2',
    "a='it is' c={{ b }}",
    'a="{{ x y }}"',
    'a={{ x y }} b=1',
    'a=b=c',
    'a=',
    'a=\\u00e9\\n',
  ],
  ...[
    '{"a": 1, "b": [true, null, 1.0]}',
    '{a: [1, yes], é: 0644}',
    '@extra.yml',
    'a="x\\"y"',
    'b=1  \n c=2 ',
    'a\\=b=c',
  ],
];
