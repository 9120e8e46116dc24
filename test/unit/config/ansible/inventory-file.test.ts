import { describe, expect, it } from 'vitest';
import { InventoryDraft } from '../../../../src/config/ansible/inventory-draft.ts';
import { readInventoryFile } from '../../../../src/config/ansible/inventory-file.ts';
import { Problems } from '../../../../src/config/text/problems.ts';
import { sourceFile } from '../../../../src/config/text/source.ts';
import { formatDiagnostic } from '../read.ts';

/** The hosts in a file of a name, and what is said about it. */
function read(name: string, text: string): readonly string[] {
  const problems = new Problems();
  const draft = new InventoryDraft();
  readInventoryFile(sourceFile(name, '/', text), draft, problems);
  return [...draft.finish(problems).hosts.keys(), ...problems.list().map(formatDiagnostic)];
}

const yaml = 'web:\n  hosts:\n    h1:\n';
const ini = '[web]\nh1 a=1\n';

describe('a file is read in the format that Ansible takes it for', () => {
  it.each<readonly [string, string]>([
    ['hosts', yaml],
    ['hosts', ini],
    ['inventory.yaml', yaml],
    ['inventory.yaml', ini],
    ['inventory.yml', 'h1 a=1 b="c: d"\n[web]\n'],
    ['inventory.yml', 'h1\n'],
    ['inventory.json', '{"web": {"hosts": {"h1": null}}}'],
    ['inventory.json', ini],
    ['hosts', '{"web": {"hosts": {"h1": {}}}}'],
    ['hosts', 'h1\n'],
    ['hosts', '# c\n\n; d\nh1\n'],
    ['hosts', '"h1" a=1\n'],
    ['hosts', '[web]\nh1 a=1\n[web:vars]\nb: x=2\n'],
    ['hosts.ini', ini],
    ['hosts.example.net', ini],
    ['folder.yaml/hosts.cfg', ini],
  ])('%s: %j', (name, text) => {
    expect(read(name, text)).toEqual(['h1']);
  });
});

describe('of a file that is in no format, the likelier one is spoken of', () => {
  it.each<readonly [string, string, readonly string[]]>([
    [
      'hosts.ini',
      yaml,
      [
        'hosts.ini:1:1 [web:] error: a host cannot be called "web:"; a port is missing, or this is YAML',
        'hosts.ini:2:3 [hosts:] error: a host cannot be called "hosts:"; a port is missing, or this is YAML',
        'hosts.ini:3:5 [h1:] error: a host cannot be called "h1:"; a port is missing, or this is YAML',
      ],
    ],
    [
      'hosts',
      'web:\n\thosts:\n',
      ['hosts:2:1 [\t] error: not valid YAML: tabs are not allowed as indentation; indent with spaces'],
    ],
    [
      'inventory.yaml',
      'web: [\n',
      [expect.stringMatching(/^inventory\.yaml:1:6 \[\[\] error: not valid YAML/)],
    ],
    [
      'inventory.yaml',
      '- h1\n',
      [expect.stringMatching(/^inventory\.yaml:1:1 \[- h1\] error: expected groups/)],
    ],
    [
      'inventory.yaml',
      'hello world\n',
      [expect.stringMatching(/^inventory\.yaml:1:1 \[hello world\] error: expected groups/)],
    ],
    [
      'inventory.yaml',
      '[web]\nh1 x\n',
      [expect.stringMatching(/^inventory\.yaml:2:4 \[x\] error: expected key=value/)],
    ],
    [
      'inventory.yaml',
      'h1 a=1\n[web:x]\n',
      [expect.stringMatching(/^inventory\.yaml:2:1 \[\[web:x\]\] error: \[web:x\] is no section/)],
    ],
    ['hosts', 'hello world\n', [expect.stringMatching(/^hosts:1:7 \[world\] error: expected key=value/)]],
    ['hosts', '{"web":\n', [expect.stringMatching(/^hosts:1:7 \[:\] error: not valid YAML/)]],
    [
      'hosts',
      '',
      ['hosts:1:1 [] error: the inventory is empty; konvoy-ha init writes an inventory to start from'],
    ],
    [
      'hosts',
      '# c\n',
      ['hosts:1:1 [#] error: the inventory is empty; konvoy-ha init writes an inventory to start from'],
    ],
  ])('%s: %j', (name, text, complaints) => {
    expect(read(name, text).filter((line) => line.includes(' error: '))).toEqual(complaints);
  });
});

describe('what konvoy-ha does not read it names', () => {
  const convert = 'convert it: ansible-inventory -i FILE --list -y > inventory.yaml';

  it.each<readonly [string, string, string]>([
    [
      'ec2.py',
      '#!/usr/bin/env python3\n',
      `ec2.py:1:1 [#] error: an inventory script is not supported; to run it, name it with --inventory-script; ${convert}`,
    ],
    [
      'hosts.toml',
      '[web.hosts]\nh1 = {}\n',
      `hosts.toml:1:1 [[] error: an inventory in TOML is not supported; ${convert}`,
    ],
    [
      'aws_ec2.yml',
      'plugin: aws_ec2\nregions: [x]\n',
      `aws_ec2.yml:1:1 [plugin] error: this configures the inventory plugin "aws_ec2", and konvoy-ha runs none; ${convert}`,
    ],
    [
      'x.yml',
      'plugin: {hosts: {h1: }}\n',
      `x.yml:1:1 [plugin] error: this configures the inventory plugin, and konvoy-ha runs none; ${convert}`,
    ],
  ])('%s: %j', (name, text, complaint) => {
    expect(read(name, text)).toEqual([complaint]);
  });

  it('while a group may be called so that has nothing in it', () => {
    expect(read('x.yml', `plugin:\n${yaml}`)).toEqual(['h1']);
  });
});

describe('names in YAML are texts', () => {
  it.each<readonly [string, readonly string[]]>([
    [
      'yes: {hosts: {h1: }}\n',
      ['x.yml:1:1 [yes] error: the name of a group is a text, and not empty; put it in quotes: "yes"'],
    ],
    ['"": {hosts: {h1: }}\n', ['x.yml:1:1 [""] error: the name of a group is a text, and not empty']],
    [
      'a: {children: {5: }}\n',
      ['x.yml:1:16 [5] error: the name of a group is a text, and not empty; put it in quotes: "5"'],
    ],
    [
      'a: {hosts: {10.0: }}\n',
      ['x.yml:1:13 [10.0] error: the name of a host is a text, and not empty; put it in quotes: "10.0"'],
    ],
    [
      'a: {hosts: {2001-12-14: }}\n',
      [
        'x.yml:1:13 [2001-12-14] error: the name of a host is a text, and not empty; put it in quotes: "2001-12-14"',
      ],
    ],
    [
      'a: {hosts: {~: }}\n',
      ['x.yml:1:13 [~] error: the name of a host is a text, and not empty; put it in quotes: "~"'],
    ],
    ['a: {hosts: 5}\n', ['x.yml:1:12 [5] error: a.hosts: expected a map, got "5"']],
    ['a: {hosts: ""}\n', ['x.yml:1:12 [""] error: the name of a host is a text, and not empty']],
    ['a: {hosts: h1}\n', ['h1']],
    ['a: {children: b}\nb: {hosts: h1}\n', ['h1']],
    ['a: {hosts: {h1: "", h2: 0, h3: [], h4: false, h5: {}}}\n', ['h1', 'h2', 'h3', 'h4', 'h5']],
    ['a: {hosts: {h1: {2: x, yes: y}}}\n', ['h1']],
  ])('%j', (text, expected) => {
    expect(read('x.yml', text)).toEqual(expected);
  });
});
