import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACK } from '../../../src/platform/packages.ts';
import { runShell, SHELLS } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

// Of this machine: it has configuration files, scripts of its own, units below /lib, links and folders.
const NAME = 'openssh-server';

const said = (program: string, ...argv: readonly string[]): string =>
  execFileSync(program, argv, { encoding: 'utf8' });

/** Paths that dpkg knows of, without the root. */
function pathsOf(lines: string): readonly string[] {
  return lines
    .split('\n')
    .map((line) => line.replace(/ -> .*/, '').replace(/^.* \.?\//, '/'))
    .map((path) => (path.length > 1 ? path.replace(/\/$/, '') : ''))
    .filter((path) => path !== '' && path !== '/.')
    .toSorted();
}

function fieldsOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => /^(Package|Version|Architecture|Depends|Pre-Depends):/.test(line));
}

describe.each(SHELLS)('an installed package that is packed again, in $name', (shell) => {
  test('has the files, links, folders, scripts and dependencies that it was installed with', async () => {
    await using directory = await temporaryDirectory();
    const store = join(directory.path, 'packages');
    const version = said('dpkg-query', '-W', '-f', '${Version}', NAME);
    const script = `store=$1\n${PACK}\npack "$2" "$3"`;
    expect(await runShell(shell, ['-c', script, 'sh', store, NAME, version])).toMatchObject({ exitCode: 0 });
    const [file = '', ...others] = readdirSync(store);
    expect(others).toEqual([]);
    expect(file).toBe(`${NAME}_${version.replace(':', '_')}.deb`);
    const packed = join(store, file);
    expect(pathsOf(said('dpkg-deb', '--contents', packed))).toEqual(pathsOf(said('dpkg-query', '-L', NAME)));
    expect(fieldsOf(said('dpkg-deb', '--info', packed).replaceAll(/^ /gm, ''))).toEqual(
      expect.arrayContaining([...fieldsOf(said('dpkg-query', '-s', NAME))]),
    );
    expect(said('dpkg-deb', '--info', packed)).toMatch(/ postinst +#!/);
  });

  test('is left as it is where it has been packed before', async () => {
    await using directory = await temporaryDirectory();
    const version = said('dpkg-query', '-W', '-f', '${Version}', 'patch');
    const script = `store=$1\n${PACK}\npack "$2" "$3" && stat -c %i "$store"/*; pack "$2" "$3" && stat -c %i "$store"/*`;
    const result = await runShell(shell, ['-c', script, 'sh', directory.path, 'patch', version]);
    const [first, second] = Buffer.from(result.stdout).toString().trim().split('\n');
    expect(second).toBe(first);
  });
});
