import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InventoryCase } from '../../support/inventory-cases.ts';
import { InventoryComparison } from '../../support/inventory-comparison.ts';

let comparison: InventoryComparison;

beforeAll(async () => {
  comparison = await InventoryComparison.start();
});

afterAll(async () => comparison[Symbol.asyncDispose]());

interface Difference extends InventoryCase {
  /** Part of what each prints, on stdout or on stderr. */
  readonly theirs: RegExp;
  readonly ours: RegExp;
}

const HOSTS = 'web: {hosts: {h1: {a: 1}}}\n';
const LIST = ['-i', 'a.yml', '--list'];

/** Every deliberate difference, by its name in docs/inventory.md. */
const REFUSED: Readonly<Record<string, Difference>> = {
  'an unknown key in a group, which Ansible skips with a warning': {
    files: { 'a.yml': 'web: {host: {h1: }}\n' },
    args: LIST,
    theirs: /Skipping unexpected key \(host\)/,
    ours: /unknown key "host"/,
  },
  'a key that is there twice, of which Ansible takes the last with a warning': {
    files: { 'a.yml': 'web: {hosts: {h1: {a: 1, a: 2}}}\n' },
    args: LIST,
    theirs: /found a duplicate dict key/,
    ours: /duplicate key "a"/,
  },
  'a file that cannot be read as an inventory, without which Ansible goes on': {
    files: { 'a.yml': HOSTS, 'b.yml': 'web: [\n' },
    args: ['-i', 'a.yml', '-i', 'b.yml', '--list'],
    theirs: /Unable to parse[^]*"h1"|"h1"[^]*Unable to parse/,
    ours: /b\.yml:1:6/,
  },
  'a file that is not there, without which Ansible goes on': {
    files: { 'a.yml': HOSTS },
    args: ['-i', 'a.yml', '-i', 'b.yml', '--list'],
    theirs: /Unable to parse/,
    ours: /cannot read b\.yml: no such file/,
  },
  'a host in no group that has the name of a group, which Ansible nests in "ungrouped"': {
    files: { 'a.yml': 'all: {hosts: {web: }}\nweb: {hosts: {h1: }}\n' },
    args: ['-i', 'a.yml', '--graph'],
    theirs: /@ungrouped:\n {2}\| {2}\|--@web:/,
    ours: /the host "web" is in no group, and a group has its name/,
  },
  '"ungrouped" in another group, from which Ansible loses its hosts': {
    files: { 'a.yml': 'web: {children: {ungrouped: {hosts: {h1: }}}}\n' },
    args: ['-i', 'a.yml', '--graph'],
    theirs: /@ungrouped:\s*$/,
    ours: /"ungrouped" cannot be in "web"/,
  },
  'a folder without an inventory': {
    files: { 'a.yml': HOSTS, 'inv/x.ini': '' },
    args: ['-i', 'a.yml', '-i', 'inv', '--list'],
    theirs: /Unable to parse/,
    ours: /there is no inventory in inv/,
  },
  'a script that nobody named, which Ansible runs': {
    files: { 'inv/cloud': '#!/bin/sh\necho \'{"web": ["ran"]}\'\n' },
    args: ['-i', 'inv', '--list'],
    theirs: /"ran"/,
    ours: /inv\/cloud/,
  },
  'a file of variables with a list in it, which Ansible ignores when it is empty': {
    files: { 'a.yml': HOSTS, 'group_vars/web': '[]\n' },
    args: LIST,
    theirs: /"a": 1/,
    ours: /group_vars\/web:1:1/,
  },
  'a group_vars that is no folder': {
    files: { 'a.yml': HOSTS, group_vars: 'a: 2\n' },
    args: LIST,
    theirs: /not a directory, skipping/,
    ours: /cannot read group_vars: is not a folder/,
  },
  'a mistake in a file of variables, at which Ansible does not look for --graph': {
    files: { 'a.yml': HOSTS, 'group_vars/web': 'a: [\n' },
    args: ['-i', 'a.yml', '--graph'],
    theirs: /\|--h1/,
    ours: /group_vars\/web:1:4/,
  },
  'a word without "=" in -e, of which Ansible makes the variable _raw_params': {
    files: { 'a.yml': HOSTS },
    args: [...LIST, '-e', 'word'],
    theirs: /"_raw_params": "word"/,
    ours: /expected key=value/,
  },
  'the host localhost that no inventory names': {
    files: { 'a.yml': HOSTS },
    args: ['-i', 'a.yml', '--host', 'localhost'],
    theirs: /"ansible_python_interpreter"/,
    ours: /there is no host localhost/,
  },
  'a pattern behind --host': {
    files: { 'a.yml': HOSTS },
    args: ['-i', 'a.yml', '--host', 'h*'],
    theirs: /"a": 1/,
    ours: /there is no host h\*/,
  },
};

const PRINTED: Readonly<Record<string, Difference>> = {
  'variables outside the folder, of a host with a path for a name, which Ansible reads': {
    files: { 'a.yml': 'web: {hosts: {../secret: }}\n', secret: 'a: read\n', 'host_vars/h1': '' },
    args: LIST,
    theirs: /"a": "read"/,
    ours: /"hosts": \[\n\s+"\.\.\/secret"/,
  },
  'keys of different types in one map: Ansible prints everything unsorted, with a warning': {
    files: { 'a.yml': 'web: {hosts: {h1: {b: {x: 1, 2: y}, a: 1}}}\n' },
    args: LIST,
    theirs: /Could not sort JSON output/,
    ours: /"a": 1,\n\s+"b": \{\n\s+"x": 1,\n\s+"2": "y"/,
  },
  'a date with --graph --vars, where it is printed as in --list': {
    files: { 'a.yml': 'web: {hosts: {h1: {a: [2001-12-14]}}}\n' },
    args: ['-i', 'a.yml', '--graph', '--vars'],
    theirs: /\{a = \[datetime\.date\(2001, 12, 14\)\]\}/,
    ours: /\{a = \['2001-12-14'\]\}/,
  },
  'a range in a list of hosts, which is one strange name to Ansible': {
    files: {},
    args: ['-i', 'n[1:2],', '--list'],
    theirs: /"n\[1:2\]"/,
    ours: /"n1",\n\s+"n2"/,
  },
  'a tuple with --graph --vars, where it is printed as a list': {
    files: { 'a.ini': 'h1 a=(1,2)\n' },
    args: ['-i', 'a.ini', '--graph', '--vars'],
    theirs: /\{a = \(1, 2\)\}/,
    ours: /\{a = \[1, 2\]\}/,
  },
  'a complex number or a set in INI, which Ansible cannot print': {
    files: { 'a.ini': 'h1 a=1j b="{1}"\n' },
    args: ['-i', 'a.ini', '--list'],
    theirs: /not JSON serializable/,
    ours: /"a": "1j",\n\s+"b": "\{1\}"/,
  },
  'an encrypted value with --graph --vars, which Ansible decrypts': {
    files: { 'a.yml': 'web: {hosts: {h1: {a: !vault "$ANSIBLE_VAULT;1.1;AES256\\n61\\n"}}}\n' },
    args: ['-i', 'a.yml', '--graph', '--vars'],
    theirs: /decrypt/,
    ours: /\{a = \[redacted\]\}/,
  },
  '--limit, which Ansible 2.14 has not': {
    files: { 'a.yml': HOSTS },
    args: ['-i', 'a.yml', '--graph', '--limit', 'h1'],
    theirs: /unrecognized argument|-l/i,
    ours: /\|--h1/,
  },
};

describe('konvoy-ha refuses', () => {
  it.each(Object.entries(REFUSED))('%s', async (_name, difference) => {
    const { theirs, ours } = await comparison.run(difference);
    expect(theirs.stdout + theirs.stderr.replaceAll(/\s+/g, ' ')).toMatch(difference.theirs);
    expect({ code: ours.code, stdout: ours.stdout }).toEqual({ code: 10, stdout: '' });
    expect(ours.stderr).toMatch(difference.ours);
  });
});

describe('konvoy-ha prints otherwise', () => {
  it.each(Object.entries(PRINTED))('%s', async (_name, difference) => {
    const { theirs, ours } = await comparison.run(difference);
    expect(theirs.stdout + theirs.stderr.replaceAll(/\s+/g, ' ')).toMatch(difference.theirs);
    expect({ code: ours.code, stderr: ours.stderr }).toEqual({ code: 0, stderr: '' });
    expect(ours.stdout).toMatch(difference.ours);
    expect(ours.stdout).not.toBe(theirs.stdout);
  });
});
