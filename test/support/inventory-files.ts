import fc from 'fast-check';
import type { WrittenValues } from './inventory-values.ts';

/** A group as files of every format can say it. */
interface WrittenGroup {
  readonly name: string;
  readonly hosts: readonly WrittenHost[];
  readonly vars: WrittenVars;
  readonly children: readonly WrittenGroup[];
  /** The order of the keys in YAML, of the sections in INI. */
  readonly order: readonly ('hosts' | 'vars' | 'children')[];
}

interface WrittenHost {
  readonly pattern: string;
  readonly vars: WrittenVars;
}

type WrittenVars = Readonly<Record<string, string>>;

/** Text of an inventory in YAML's block style, with now and then an anchor and a merge key. */
export function yamlInventory({ yaml }: WrittenValues): fc.Arbitrary<string> {
  return fc.record({ groups: groups(yaml), merges: fc.boolean() }).map(({ groups: written, merges }) => {
    const lines = written.flatMap((group) => yamlGroup(group, ''));
    return `${(merges ? withMergeKey(lines) : lines).join('\n')}\n`;
  });
}

export function jsonInventory({ json }: WrittenValues): fc.Arbitrary<string> {
  return groups(json).map((written) => `{${written.map(jsonGroup).join(', ')}}`);
}

export function iniInventory({ ini }: WrittenValues): fc.Arbitrary<string> {
  return fc.record({ groups: groups(ini), loose: hosts(ini) }).map(({ groups: written, loose }) => {
    const sections = written.flatMap(iniSections);
    return [...loose.map(iniHost), '# a comment', ...sections, ''].join('\n');
  });
}

/** A file of variables, in the format that its extension promises. */
export function varsFile(values: WrittenValues, extension: string): fc.Arbitrary<string> {
  if (extension === '.json') {
    return vars(values.json).map((written) => `{${jsonVars(written)}}`);
  }
  const block = vars(values.yaml).map((written) => ['---', ...yamlVars(written, ''), ''].join('\n'));
  return fc.oneof(
    { weight: 8, arbitrary: block },
    fc.constantFrom('', '---\n', '# nothing\n', '{}\n', 'null\n'),
  );
}

export const GROUP_NAMES = ['web', 'db', 'app', 'edge', 'site-a', 'grüppe', 'zoo'];
export const HOST_NAMES = ['h1', 'h2', 'n1', 'n2', 'na.example.net', '10.0.0.5', 'fd00::1', 'web', 'host.é'];

function groups(value: fc.Arbitrary<string>): fc.Arbitrary<readonly WrittenGroup[]> {
  const named = GROUP_NAMES.map((_, index) => group(index, value, 0));
  const all = fc.record({
    name: fc.constant('all'),
    hosts: hosts(value),
    vars: vars(value),
    children: fc.uniqueArray(fc.oneof(...named, ungrouped(value)), { maxLength: 3, selector: nameOf }),
    order: ORDER,
  });
  const top = fc.oneof(all, ungrouped(value), ...named);
  return fc.uniqueArray(top, { minLength: 1, maxLength: 4, selector: nameOf });
}

/** Children come later in the list of names, so that no two files together make a circle. */
function group(index: number, value: fc.Arbitrary<string>, depth: number): fc.Arbitrary<WrittenGroup> {
  const below =
    depth < 2 ? GROUP_NAMES.slice(index + 1).map((_, at) => group(index + 1 + at, value, depth + 1)) : [];
  return fc.record({
    name: fc.constant(GROUP_NAMES[index] ?? ''),
    hosts: hosts(value),
    vars: fc
      .tuple(vars(value), fc.option(fc.constantFrom('0', '2', '10', '-1'), { nil: undefined, freq: 4 }))
      .map(([written, priority]): WrittenVars => {
        return priority === undefined ? written : { ...written, ansible_group_priority: priority };
      }),
    children:
      below.length === 0
        ? fc.constant([])
        : fc.uniqueArray(fc.oneof(...below), { maxLength: 2, selector: nameOf }),
    order: ORDER,
  });
}

function ungrouped(value: fc.Arbitrary<string>): fc.Arbitrary<WrittenGroup> {
  return fc.record({
    name: fc.constant('ungrouped'),
    hosts: hosts(value),
    vars: vars(value),
    children: fc.constant([]),
    order: ORDER,
  });
}

function hosts(value: fc.Arbitrary<string>): fc.Arbitrary<readonly WrittenHost[]> {
  const pattern = fc.constantFrom(...HOST_NAMES, ...PATTERNS);
  return fc.uniqueArray(fc.record({ pattern, vars: vars(value) }), {
    maxLength: 3,
    selector: (host) => host.pattern,
  });
}

function vars(value: fc.Arbitrary<string>): fc.Arbitrary<WrittenVars> {
  return fc.dictionary(fc.constantFrom(...VARIABLE_NAMES), value, { maxKeys: 3, noNullPrototype: true });
}

function nameOf({ name }: WrittenGroup): string {
  return name;
}

function yamlGroup({ name, order, ...group }: WrittenGroup, indent: string): readonly string[] {
  const inner = `${indent}  `;
  const parts = {
    hosts: group.hosts.flatMap((host) => [
      `${inner}  ${JSON.stringify(host.pattern)}:`,
      ...yamlVars(host.vars, `${inner}    `),
    ]),
    vars: yamlVars(group.vars, `${inner}  `),
    children: group.children.flatMap((child) => yamlGroup(child, `${inner}  `)),
  };
  return [
    `${indent}${name}:`,
    ...order.flatMap((key) => (parts[key].length === 0 ? [] : [`${inner}${key}:`, ...parts[key]])),
  ];
}

function yamlVars(written: WrittenVars, indent: string): readonly string[] {
  return Object.entries(written).map(([name, value]) => `${indent}${name}: ${value}`);
}

/** The first map of variables gets an anchor, and every later one is merged with it. */
function withMergeKey(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line.endsWith(' vars:'));
  return lines.flatMap((line, index) => {
    if (index === first) return [`${line} &shared`];
    if (index < first || !line.endsWith(' vars:')) return [line];
    return [line, `${line.replace('vars:', '')}  <<: *shared`];
  });
}

function jsonGroup({ name, order, ...group }: WrittenGroup): string {
  const parts = {
    hosts: group.hosts.map((host) => `${JSON.stringify(host.pattern)}: {${jsonVars(host.vars)}}`).join(', '),
    vars: jsonVars(group.vars),
    children: group.children.map(jsonGroup).join(', '),
  };
  return `${JSON.stringify(name)}: {${order.map((key) => `"${key}": {${parts[key]}}`).join(', ')}}`;
}

function jsonVars(written: WrittenVars): string {
  return Object.entries(written)
    .map(([name, value]) => `${JSON.stringify(name)}: ${value}`)
    .join(', ');
}

function iniSections({ name, order, ...group }: WrittenGroup): readonly string[] {
  const parts = {
    hosts: [`[${name}]`, ...group.hosts.map(iniHost)],
    vars: [`[${name}:vars]`, ...Object.entries(group.vars).map(([key, value]) => `${key}=${value}`)],
    children: [`[${name}:children]`, ...group.children.map((child) => child.name)],
  };
  // A group has to be named before it is given variables.
  const sections = ['hosts', ...order.filter((key) => key !== 'hosts')] as const;
  return [
    ...group.children.flatMap(iniSections),
    ...sections.flatMap((key) => (parts[key].length === 1 && key !== 'hosts' ? [] : parts[key])),
  ];
}

function iniHost({ pattern, vars: written }: WrittenHost): string {
  return [pattern, ...Object.entries(written).map(([name, value]) => `${name}=${value}`)].join(' ');
}

const ORDER = fc.shuffledSubarray(['hosts', 'vars', 'children'] as const, { minLength: 3 });

const VARIABLE_NAMES = ['a', 'b', 'c', 'ansible_host', 'ansible_port', 'é', 'inventory_file', 'UPPER'];

const PATTERNS = [
  'n[1:3]',
  'n[01:03]',
  'h[1:5:2]',
  'n[a:c].example.net',
  'h1:2222',
  '[fd00::2]:2200',
  'h[1:2]x[a:b]',
];
