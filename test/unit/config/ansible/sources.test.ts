import { describe, expect, it } from 'vitest';
import { findSources, inventoryNames, type NamedSources } from '../../../../src/config/ansible/sources.ts';
import { Vault } from '../../../../src/config/ansible/vault.ts';
import { Problems } from '../../../../src/config/text/problems.ts';
import { FakeDisk, Unreadable, type FakeFolder } from '../../../support/fake-disk.ts';
import { formatDiagnostic } from '../read.ts';

async function find(
  tree: FakeFolder,
  named: Partial<NamedSources>,
): Promise<{ sources: readonly string[]; roots: readonly string[]; problems: readonly string[] }> {
  const problems = new Problems();
  const context = { disk: new FakeDisk('/cluster', tree), cwd: '/cluster', vault: new Vault([]), problems };
  const { sources, roots } = await findSources({ inventory: [], scripts: [], ...named }, context);
  return {
    sources: sources.map(({ kind, name }) => `${kind} ${name}`),
    roots: roots.map(({ path }) => path),
    problems: problems.list().map(formatDiagnostic),
  };
}

describe('the names in a folder that are read', () => {
  it('are in the order of their code points, as in `LC_ALL=C ls`', () => {
    expect(inventoryNames(['b', 'a.yml', 'B', '10', '9', 'é', '\uFF01', '😀'])).toEqual([
      ...['10', '9', 'B', 'a.yml', 'b', 'é', '\uFF01', '😀'],
    ]);
  });

  it.each([
    ...[
      '.hidden',
      'host_vars',
      'group_vars',
      'vars_plugins',
      'a.pyc',
      'a.pyo',
      'a.swp',
      'a.bak',
      'a~',
      'a.rpm',
    ],
    ...['a.md', 'a.txt', 'a.rst', 'a.orig', 'a.ini', 'a.cfg', 'a.retry'],
  ])('are not %s', (name) => {
    expect(inventoryNames([name])).toEqual([]);
  });

  it.each(['host_vars2', 'my_group_vars', 'ini', 'a.ini.yml', 'a.yaml', 'a.json', 'txt', 'readme.MD'])(
    'are also %s',
    (name) => expect(inventoryNames([name])).toEqual([name]),
  );
});

describe('the sources of an inventory', () => {
  it('are also lists of hosts, which stand in no folder, unless a file has that name', async () => {
    expect(await find({ 'a,b': '', 'c.yml': '' }, { inventory: ['a,b', 'h1,', 'c.yml'] })).toEqual({
      sources: ['file a,b', 'host-list h1,', 'file c.yml'],
      roots: ['/cluster'],
      problems: [],
    });
  });

  it('are read as they are named, a folder with all that is below it', async () => {
    const tree = {
      'b.yml': '',
      inv: {
        z: '',
        a: '',
        sub: { deep: { 'x.yml': '' }, 'w.yml': '' },
        'x.ini': '',
        group_vars: { all: '' },
      },
    };
    expect(await find(tree, { inventory: ['b.yml', 'inv'] })).toEqual({
      sources: ['file b.yml', 'file inv/a', 'file inv/sub/deep/x.yml', 'file inv/sub/w.yml', 'file inv/z'],
      roots: ['/cluster', '/cluster/inv'],
      problems: [],
    });
  });

  it('have their variables beside them; of two in one folder the later one decides where those count', async () => {
    const tree = { 'a.yml': '', 'b.yml': '', inv: { c: '' } };
    const { roots } = await find(tree, { inventory: ['a.yml', 'inv/c', 'b.yml'] });
    expect(roots).toEqual(['/cluster/inv', '/cluster']);
  });

  it('are named when they cannot be read, all of them', async () => {
    const tree = {
      empty: { 'x.ini': '', sub: {} },
      inv: { locked: new Unreadable('permission denied'), ok: '' },
    };
    const { sources, problems } = await find(tree, { inventory: ['gone.yml', 'empty', 'inv'] });
    expect(sources).toEqual(['file inv/ok']);
    expect(problems).toEqual([
      'error: cannot read gone.yml: no such file; konvoy-ha init writes an inventory to start from',
      expect.stringMatching(/^error: there is no inventory in empty; as in Ansible/),
      'error: cannot read inv/locked: permission denied',
    ]);
  });

  it('end where a folder seems to have no end', async () => {
    const endless = Array.from({ length: 30 }).reduce<FakeFolder>((inner) => ({ again: inner }), { a: '' });
    const { problems } = await find({ inv: endless }, { inventory: ['inv'] });
    expect(problems).toEqual([expect.stringContaining('folders in folders, 20 levels deep')]);
  });
});

describe('inventory scripts', () => {
  const tree = { 'a.yml': '', inv: { '1': '', 'cloud.py': '#!', z: '' }, 'other.py': '' };

  it('are read where they stand in a folder, and otherwise after everything else', async () => {
    const scripts = ['other.py', './inv/cloud.py'];
    expect(await find(tree, { inventory: ['inv', 'a.yml'], scripts })).toEqual({
      sources: ['file inv/1', 'script inv/cloud.py', 'file inv/z', 'file a.yml', 'script other.py'],
      roots: ['/cluster/inv', '/cluster'],
      problems: [],
    });
  });

  it('are never run because they are there', async () => {
    const { sources } = await find(tree, { inventory: ['inv'] });
    expect(sources).toContain('file inv/cloud.py');
  });

  it('may be the only sources', async () => {
    expect(await find(tree, { scripts: ['inv/cloud.py'] })).toMatchObject({
      sources: ['script inv/cloud.py'],
      roots: ['/cluster/inv'],
    });
  });
});
