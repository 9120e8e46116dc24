import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VarsFolder } from '../../../../src/config/ansible/vars-files.ts';
import { FakeDisk, Unreadable, type FakeFolder } from '../../../support/fake-disk.ts';

async function filesOf(name: string, folder: FakeFolder): Promise<unknown> {
  const opened = await VarsFolder.open('/inv/group_vars', new FakeDisk('/inv', { group_vars: folder }));
  if (!opened.ok || opened.value === undefined) throw new Error('there is no such folder');
  const found = await opened.value.filesOf(name);
  return found.ok ? found.value.map((path) => path.replace('/inv/group_vars/', '')) : found.error;
}

describe('the files of a group or host', () => {
  it.each<readonly [string, FakeFolder, readonly string[]]>([
    ['nothing', { other: '' }, []],
    ['a name', { web: '' }, ['web']],
    ['.yml before .yaml before .json', { 'web.json': '', 'web.yaml': '', 'web.yml': '' }, ['web.yml']],
    ['no extension before all', { web: '', 'web.yml': '' }, ['web']],
    ['a folder, even an empty one, before a file with an extension', { web: {}, 'web.yml': '' }, []],
    ['no other extension', { 'web.txt': '', 'web.ini': '', web_: '' }, []],
    ['.json alone', { 'web.json': '' }, ['web.json']],
  ])('%s', async (_what, folder, files) => {
    expect(await filesOf('web', folder)).toEqual(files);
  });

  it('in a folder are read in the order of their names, folders in it among them', async () => {
    const web = {
      ...{ '9.yml': '', '10.yml': '', B: '', 'a.json': '', 'é.yaml': '' },
      sub: { deep: { x: '' }, 'w.yml': '' },
    };
    expect(await filesOf('web', { web })).toEqual([
      ...['web/10.yml', 'web/9.yml', 'web/B', 'web/a.json', 'web/sub/deep/x', 'web/sub/w.yml', 'web/é.yaml'],
    ]);
  });

  it('are not hidden files, backups, other extensions, folders with a dot, and pipes', async () => {
    const web = {
      '.a.yml': '',
      'a.yml~': '',
      'a.txt': '',
      'd.yml': { x: '' },
      'd.d': { x: '' },
      pipe: undefined,
    };
    expect(await filesOf('web', { web })).toEqual([]);
  });

  it('cannot be a pipe or a folder that is locked', async () => {
    const path = '/inv/group_vars/web';
    expect(await filesOf('web', { web: undefined })).toEqual({ path, reason: 'is not a file' });
    expect(await filesOf('web', { web: new Unreadable('permission denied') })).toEqual({
      path,
      reason: 'permission denied',
    });
  });

  it('of a name with a slash are in the folder below', async () => {
    expect(await filesOf('a/b', { a: { 'b.yml': '' } })).toEqual(['a/b.yml']);
  });

  it.each([
    '..',
    '.',
    '',
    '../group_vars',
    '../../etc/passwd',
    '/etc/passwd',
    '/inv/group_vars/web',
    'a/../../secret',
    'a/..',
  ])('of a host called %j are none', async (name) => {
    const disk = new FakeDisk('/', {
      ...{
        etc: { passwd: '' },
        inv: { secret: '', 'secret.yml': '', group_vars: { web: '', a: { b: '' } } },
      },
    });
    const opened = await VarsFolder.open('/inv/group_vars', disk);
    expect(await (opened.ok ? opened.value?.filesOf(name) : undefined)).toEqual({ ok: true, value: [] });
  });

  it('are inside the folder, whatever the name', async () => {
    const name = fc
      .array(fc.constantFrom('..', '.', '/', 'a', 'b', '\\', '~', '%2e'))
      .map((parts) => parts.join(''));
    const tree = { a: '', b: '', inv: { a: '', b: '', group_vars: { a: { a: '', b: '' }, b: '' } } };
    const opened = await VarsFolder.open('/inv/group_vars', new FakeDisk('/', tree));
    await fc.assert(
      fc.asyncProperty(name, async (text) => {
        const found = opened.ok ? await opened.value?.filesOf(text) : undefined;
        for (const path of found?.ok === true ? found.value : [])
          expect(path).toMatch(/^\/inv\/group_vars\/[^.]/);
      }),
    );
  });
});

describe('a folder of variables', () => {
  it('need not be there', async () => {
    expect(await VarsFolder.open('/inv/host_vars', new FakeDisk('/inv', {}))).toEqual({
      ok: true,
      value: undefined,
    });
  });

  it('cannot be a file', async () => {
    const path = '/inv/host_vars';
    expect(await VarsFolder.open(path, new FakeDisk('/inv', { host_vars: '' }))).toEqual({
      ok: false,
      error: { path, reason: 'is not a folder' },
    });
  });
});
