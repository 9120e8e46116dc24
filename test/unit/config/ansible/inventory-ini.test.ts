import { describe, expect, it } from 'vitest';
import { readInventoryFile } from '../../../../src/config/ansible/inventory-file.ts';
import { InventoryDraft } from '../../../../src/config/ansible/inventory-draft.ts';
import { Problems } from '../../../../src/config/text/problems.ts';
import { sourceFile } from '../../../../src/config/text/source.ts';
import { formatDiagnostic } from '../read.ts';

interface Reading {
  readonly groups: Readonly<Record<string, unknown>>;
  readonly hosts: Readonly<Record<string, unknown>>;
  readonly complaints: readonly string[];
}

function read(...texts: readonly string[]): Reading {
  const problems = new Problems();
  const draft = new InventoryDraft();
  for (const text of texts) readInventoryFile(sourceFile('hosts.ini', '/', text), draft, problems);
  const { groups, hosts } = draft.finish(problems);
  const variables = (of: ReadonlyMap<string, { value: { node: unknown } }>): unknown =>
    Object.fromEntries(Array.from(of, ([key, { value }]) => [key, plain(value.node)]));
  return {
    groups: Object.fromEntries(
      Array.from(groups, ([name, group]) => [
        name,
        [group.hosts.join(' '), group.children.join(' '), variables(group.variables)],
      ]),
    ),
    hosts: Object.fromEntries(Array.from(hosts, ([name, host]) => [name, variables(host.variables)])),
    complaints: problems.list().map(formatDiagnostic),
  };
}

function plain(node: unknown): unknown {
  const { kind, value } = node as { readonly kind: string; readonly value: unknown };
  return kind === 'scalar' ? value : kind;
}

// What `ansible-inventory --list` of ansible-core 2.14 makes of these files.
describe('an inventory in INI format', () => {
  it('has hosts, groups, variables and children', () => {
    const text = [
      'loose ansible_host=192.0.2.9',
      '[control-plane] # the address is theirs',
      'cp[1:2] ansible_port=22 role="first second" # a comment',
      '; another one',
      'cp3:2222',
      '[control-plane:vars]',
      'num = 23 ',
      'text=a b # no comment',
      'list=[1, 2]',
      '[rack:children]',
      'control-plane # here',
      '[rack:vars]',
      'empty=',
    ].join('\n');
    expect(read(text)).toEqual({
      groups: {
        all: ['', 'ungrouped rack', {}],
        ungrouped: ['loose', '', {}],
        'control-plane': ['cp1 cp2 cp3', '', { num: 23n, text: 'a b # no comment', list: 'list' }],
        rack: ['', 'control-plane', { empty: '' }],
      },
      hosts: {
        loose: { ansible_host: '192.0.2.9' },
        cp1: { ansible_port: 22n, role: 'first second' },
        cp2: { ansible_port: 22n, role: 'first second' },
        cp3: { ansible_port: 2222n },
      },
      complaints: [],
    });
  });

  it('may name children before they have sections, and give variables before that', () => {
    const text = '[all:children]\na\n[top:children]\nlate\na\n[late:vars]\nx=1\n[late]\nh1\n[a]\nh2\n';
    expect(read(text)).toMatchObject({
      groups: {
        all: ['', 'ungrouped a top', {}],
        top: ['', 'late a', {}],
        late: ['h1', '', { x: 1n }],
        a: ['h2', '', {}],
      },
      complaints: [],
    });
  });

  it('may give variables to a group of an earlier file', () => {
    expect(read('[web]\nh1\n', '[web:vars]\nx=1\n')).toMatchObject({
      groups: { web: ['h1', '', { x: 1n }] },
      complaints: [],
    });
  });

  it('knows the port of a host where the host is named first', () => {
    expect(read('h1\nh2:22\n[web]\nh1:33\nh2:44\nh3:0\n').hosts).toEqual({
      h1: {},
      h2: { ansible_port: 22n },
      h3: {},
    });
  });

  it.each<readonly [string, unknown]>([
    ['a="b c"', 'b c'],
    ["a='b c'", 'b c'],
    ['a=b\\ c', 'b c'],
    ['a=b#c', 'b'],
    ['a="b#c"', 'b#c'],
    ['a="#" b=1', '#'],
    ['a=1 a=2', 2n],
    ['a=b=c', 'b=c'],
    ['a=', ''],
    ['a=""', ''],
    ['a=007', '007'],
    ['a=True', true],
    ['a=true', 'true'],
    ['a=None', undefined],
    ['a="\'5\'"', '5'],
    ['a="5"', 5n],
    ['a=80,443', 'list'],
    ['a="{\'b\': 1}"', 'map'],
    ['a={"b":1}', '{b:1}'],
    ['a="{{ b }}"', '{{ b }}'],
    ['"a"=1', 1n],
    ['a=\xA0b', '\xA0b'],
  ])('h1 %s', (written, expected) => {
    const { hosts, complaints } = read(`h1 ${written}\n`);
    expect(complaints).toEqual([]);
    expect((hosts['h1'] as Record<string, unknown>)['a']).toEqual(expected);
  });

  it.each<readonly [string, string]>([
    ['Windows line ends', '[web]\r\nh1\r\n[web:vars]\r\nx=1\r\n'],
    ['line ends of old', '[web]\rh1\r[web:vars]\rx=1\r'],
    ['vertical tabs for line ends', '[web]\vh1\v[web:vars]\vx=1'],
    ['next lines', '[web]\x85h1\u2028[web:vars]\u2029x=1\x1D'],
    ['a byte order mark', '\uFEFF[web]\nh1\n[web:vars]\nx=1\n'],
    ['tabs and blanks around everything', '\t[web]\t\n \th1\t \n\t[web:vars]  \n\tx\t=\t1\t\n\xA0\n'],
    ['comments everywhere', '#\n;\n[web]#\n# [db]\nh1 # x\n  ; x\n[web:vars] # y\n# x=2\nx=1'],
  ])('may have %s', (_, text) => {
    expect(read(text)).toMatchObject({ groups: { web: ['h1', '', { x: 1n }] }, complaints: [] });
  });

  it('keeps characters that control something, as Ansible does', () => {
    expect(read('h1 a=x\0y\n[web:vars]\n[web]\n[web:vars]\nb=\x07\n')).toMatchObject({
      groups: { web: ['', '', { b: '\x07' }] },
      hosts: { h1: { a: 'x\0y' } },
      complaints: [],
    });
  });
});
