import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { konvoyHa, type CliResult } from '../../support/cli.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const HOSTS = 'web: {hosts: {h1: {a: 1}, h2: {}}, vars: {b: x}}\ndb: {hosts: {h3: }}\n';

/** Runs `inventory ARGS` in a folder with these files; one that begins with `#!` can be executed. */
async function inventory(
  files: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<CliResult> {
  await using folder = await temporaryDirectory();
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder.path, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    if (text.startsWith('#!')) await chmod(path, 0o755);
  }
  return await konvoyHa(['inventory', ...args], {
    cwd: folder.path,
    env: { PATH: process.env['PATH'], CI: 'true' },
  });
}

describe('konvoy-ha inventory', () => {
  it('reads inventory.yaml of the working folder', async () => {
    expect(await inventory({ 'inventory.yaml': HOSTS }, '--host', 'h1')).toEqual({
      code: 0,
      stdout: '{\n    "a": 1,\n    "b": "x"\n}\n',
      stderr: '',
    });
  });

  it('shows only the hosts of a limit', async () => {
    const files = { 'inventory.yaml': HOSTS };
    const { stdout } = await inventory(files, '--graph', '-l', 'db');
    expect(stdout).toBe('@all:\n  |--@ungrouped:\n  |--@web:\n  |--@db:\n  |  |--h3\n');
    const list = await inventory(files, '--list', '-l', 'h2');
    expect(JSON.parse(list.stdout)).toEqual({
      _meta: { hostvars: { h2: { b: 'x' } } },
      all: { children: ['ungrouped', 'web', 'db'] },
      web: { hosts: ['h2'] },
    });
    expect((await inventory(files, '--host', 'h1', '-l', 'h2')).code).toBe(10);
  });

  it.each([
    [[], 'one of --list, --host and --graph is needed, and only one'],
    [['--list', '--graph'], 'one of --list, --host and --graph is needed, and only one'],
    [['--list', 'web'], 'web: only --graph begins at a group'],
    [['--graph', 'wbe'], 'there is no group wbe in the inventory'],
    [['--host', 'h9'], 'there is no host h9 in the inventory'],
    [['--list', '-l', 'h9'], '--limit h9:'],
  ])('%j is refused', async (args, reason) => {
    const { code, stdout, stderr } = await inventory({ 'inventory.yaml': HOSTS }, ...args);
    expect({ code, stdout }).toEqual({ code: 10, stdout: '' });
    expect(stderr).toContain(`konvoy-ha: error: ${reason}`);
  });

  it('prints nothing of files that are wrong, and points at what is wrong', async () => {
    const { code, stdout, stderr } = await inventory({ 'inventory.yaml': 'web: {host: {h1: }}\n' }, '--list');
    expect({ code, stdout }).toEqual({ code: 10, stdout: '' });
    expect(stderr).toContain('unknown key "host" in web');
    expect(stderr).toContain('--> ./inventory.yaml:1:7');
  });
});

describe('inventory scripts', () => {
  const script = `#!/bin/sh
echo "asked: $*" >&2
case $1 in
  --list) echo '{"web": {"hosts": ["h1"], "vars": {"cwd": "'"$PWD"'"}}}' ;;
  --host) echo '{"name": "'"$2"'"}' ;;
esac
`;

  it('are run without a shell, in the working folder, when they are named', async () => {
    const { code, stdout } = await inventory(
      { 'bin/cloud;x': script },
      '--inventory-script',
      'bin/cloud;x',
      '--host',
      'h1',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'h1' });
    expect(stdout).toMatch(/"cwd": ".*konvoy-ha-/);
  });

  it('are not run because they are in a folder of inventories', async () => {
    const touching = `#!/bin/sh\ntouch ran\necho '{}'\n`;
    const files = { 'inv/cloud.sh': touching, 'inv/hosts.yml': HOSTS };
    const { code, stderr } = await inventory(files, '-i', 'inv', '--list');
    expect(code).toBe(10);
    expect(stderr).toContain('inv/cloud.sh');
  });

  it.each([
    ['fails', '#!/bin/sh\necho no credentials >&2\nexit 3\n', /ended with status 3\n\s+no credentials/],
    ['is killed', '#!/bin/sh\nkill -TERM $$\n', /was ended by SIGTERM/],
    ['is no program', 'echo hello', /cannot be run: it is no program/],
    ['prints what is not JSON', '#!/bin/sh\necho hello\n', /cloud --list:1:1/],
    ['prints bytes', "#!/bin/sh\nprintf '\\377'\n", /printed what is not UTF-8 text/],
    ['never stops printing', '#!/bin/sh\nexec yes\n', /printed more than 16 MiB/],
  ])('one that %s is refused, with what it said', async (_what, text, complaint) => {
    const { code, stdout, stderr } = await inventory(
      { cloud: text },
      '--inventory-script',
      'cloud',
      '--list',
    );
    expect({ code, stdout }).toEqual({ code: 10, stdout: '' });
    expect(stderr).toMatch(complaint);
  });
});
