import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HostVariables } from '../../../src/config/ansible/inventory.ts';
import { loadInventory, type InventoryPaths } from '../../../src/config/load.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { formatDiagnostic, machine } from './read.ts';

/** The value of `x` on the host h1, or what is wrong with the files. */
async function valueOfX(
  files: Readonly<Record<string, string>>,
  paths: Partial<InventoryPaths> = {},
): Promise<unknown> {
  await using folder = await temporaryDirectory();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, path)), { recursive: true });
    await writeFile(join(folder.path, path), text);
  }
  const loaded = await loadInventory(
    { inventory: ['inv/hosts.yml'], ...paths },
    { ...machine, cwd: folder.path },
  );
  if (!loaded.ok) return loaded.error.map(formatDiagnostic);
  const host = loaded.value.inventory.hosts.get('h1');
  return host && new HostVariables(loaded.value.inventory, host).defined('x')?.text();
}

describe('of all places where a variable is set, the strongest counts', () => {
  /** The weakest first. */
  const layers: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['all', { 'inv/hosts.yml': 'all: {vars: {x: all}}\nparent: {children: {web: {hosts: {h1: }}}}\n' }],
    ['group', { 'inv/hosts.yml': 'parent: {vars: {x: group}, children: {web: {hosts: {h1: }}}}\n' }],
    [
      'group below',
      { 'inv/hosts.yml': 'parent: {children: {web: {vars: {x: group below}, hosts: {h1: }}}}\n' },
    ],
    ['group_vars/all', { 'inv/group_vars/all': 'x: group_vars/all' }],
    ["playbook's group_vars/all", { 'group_vars/all.yml': "x: playbook's group_vars/all" }],
    ['group_vars/parent', { 'inv/group_vars/parent.yaml': 'x: group_vars/parent' }],
    ['group_vars/web', { 'inv/group_vars/web/a.yml': 'x: group_vars/web' }],
    ["playbook's group_vars/parent", { 'group_vars/parent': "x: playbook's group_vars/parent" }],
    ["playbook's group_vars/web", { 'group_vars/web.json': '{"x": "playbook\'s group_vars/web"}' }],
    ['host', { 'inv/hosts.yml': 'parent: {children: {web: {hosts: {h1: {x: host}}}}}\n' }],
    ['host_vars', { 'inv/host_vars/h1': 'x: host_vars' }],
    ["playbook's host_vars", { 'host_vars/h1.yml': "x: playbook's host_vars" }],
  ];

  it.each(layers.map(([name], index) => [name, index] as const))('%s', async (name, index) => {
    const inventory = { 'inv/hosts.yml': 'parent: {children: {web: {hosts: {h1: }}}}\n' };
    const files = Object.assign(
      {},
      inventory,
      ...layers.slice(0, index + 1).map(([, written]) => written),
    ) as Record<string, string>;
    expect(await valueOfX(files)).toBe(name);
  });

  it('the command line', async () => {
    const files = {
      'inv/hosts.yml': 'all: {hosts: {h1: {x: 1}}}',
      'more.yml': 'x: file',
      'host_vars/h1': 'x: 2',
    };
    expect(await valueOfX(files, { extraVars: ['x=one'] })).toBe('one');
    expect(await valueOfX(files, { extraVars: ['x=one', '@more.yml'] })).toBe('file');
    expect(await valueOfX(files, { extraVars: ['@more.yml', '{"x": "json"}', ''] })).toBe('json');
  });
});

describe('variables beside an inventory', () => {
  const hosts = 'all: {hosts: {h1: }}\n';

  it('of a later source beat those of an earlier one', async () => {
    const files = {
      'a/hosts.yml': hosts,
      'b/hosts.yml': hosts,
      'a/group_vars/all': 'x: a',
      'b/group_vars/all': 'x: b',
    };
    expect(await valueOfX(files, { inventory: ['a', 'b/hosts.yml'] })).toBe('b');
    expect(await valueOfX(files, { inventory: ['b/hosts.yml', 'a'] })).toBe('a');
  });

  it('are beside the folder that is named, not beside a folder in it', async () => {
    const files = {
      'inv/sub/hosts.yml': hosts,
      'inv/group_vars/all': 'x: named',
      'inv/sub/group_vars/all': 'x: below',
    };
    expect(await valueOfX(files, { inventory: ['inv'] })).toBe('named');
  });

  it('are beside the playbook that is named instead of the working folder', async () => {
    const files = { 'inv/hosts.yml': hosts, 'group_vars/all': 'x: here', 'play/group_vars/all': 'x: there' };
    expect(await valueOfX(files, { playbookDir: 'play' })).toBe('there');
  });

  it.each([
    [
      'a list',
      '[1]',
      'inv/group_vars/all.yml:1:1 [[] error: expected variables, such as "ansible_user: ops"',
    ],
    [
      'two documents',
      'x: 1\n---\nx: 2\n',
      'inv/group_vars/all.yml:3:1 [x: 2] error: a file of variables has one document; remove the "---" in the middle',
    ],
    [
      'a duplicate key',
      'x: 1\nx: 2\n',
      'inv/group_vars/all.yml:2:1 [x] error: duplicate key "x"; the first one is on line 1',
    ],
    ['no YAML', 'x: [', expect.stringMatching(/^inv\/group_vars\/all\.yml:1:4 .* not valid YAML/)],
  ])('cannot be %s', async (_what, text, complaint) => {
    expect(await valueOfX({ 'inv/hosts.yml': hosts, 'inv/group_vars/all.yml': text })).toEqual([complaint]);
  });

  it.each([
    ['word', '--extra-vars:1:1 [word] error: expected key=value, got "word"'],
    ['./vars.yml', '--extra-vars:1:1 [./vars.yml] error: this looks like a path; write @./vars.yml'],
    ['@gone.yml', 'error: cannot read gone.yml: no such file'],
    ['@empty.yml', 'empty.yml:1:1 [#] error: there are no variables in it'],
    ['[1, 2]', '--extra-vars:1:1 [[] error: expected variables, such as "ansible_user: ops"'],
  ])('cannot come from -e %s', async (option, complaint) => {
    const files = { 'inv/hosts.yml': hosts, 'empty.yml': '# nothing' };
    expect(await valueOfX(files, { extraVars: [option] })).toEqual([complaint]);
  });

  it('are looked for in no file outside, whatever a host is called', async () => {
    const files = {
      'inv/hosts.yml': 'all: {hosts: {"../../secret": {}, h1: {x: own}}}',
      secret: 'not: [yaml',
    };
    expect(await valueOfX(files)).toBe('own');
  });
});
