import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Mutation } from '../../../src/domain/command.ts';
import { APT } from '../../../src/platform/packages.ts';
import { fakePrograms } from '../../support/fake-programs.ts';
import { runCommand, SHELLS, type Shell } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const INSTALL =
  '-y -q -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=120 --no-install-recommends install keepalived';
const UPDATE = '-q -o DPkg::Lock::Timeout=120 update';

/** Runs it with an apt-get that notes what it is asked, and how. */
async function run(
  shell: Shell,
  mutation: Mutation,
  apt: string,
): Promise<{ readonly exitCode: number; readonly calls: readonly string[] }> {
  await using directory = await temporaryDirectory();
  const noting = 'echo "$DEBIAN_FRONTEND $NEEDRESTART_SUSPEND $*" >>"$calls"';
  const path = fakePrograms(directory.path, { 'apt-get': `${noting}\n${apt}` });
  const { exitCode } = await runCommand(shell, mutation, { path });
  const calls = await readFile(join(directory.path, 'calls'), 'utf8');
  return { exitCode, calls: calls.trim().split('\n') };
}

describe.each(SHELLS)('apt in $name', (shell) => {
  test.each<readonly [string, string, number, readonly string[]]>([
    ['installs from the lists that are there', 'exit 0', 0, [INSTALL]],
    [
      'fetches the lists when it does not know the package, and tries again',
      '[ "$(wc -l <"$calls")" -gt 1 ]',
      0,
      [INSTALL, UPDATE, INSTALL],
    ],
    ['does not try again without new lists', 'exit 100', 100, [INSTALL, UPDATE]],
    [
      'fails when it does not know the package even then',
      'case $* in *update) exit 0;; esac; exit 100',
      100,
      [INSTALL, UPDATE, INSTALL],
    ],
  ])('%s, without questions', async (_, apt, exitCode, calls) => {
    expect(await run(shell, APT.install('keepalived'), apt)).toEqual({
      exitCode,
      calls: calls.map((call) => `noninteractive 1 ${call}`),
    });
  });

  test('is asked for what it offers without writing a cache', async () => {
    await using directory = await temporaryDirectory();
    const path = fakePrograms(directory.path, { 'apt-cache': 'echo "$LC_ALL $*"' });
    const { stdout } = await runCommand(shell, APT.offers('keepalived', 'never'), { path });
    expect(stdout.toString()).toBe(
      'C -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= policy -- keepalived\n',
    );
  });

  test('removes a package with its configuration, without questions', async () => {
    expect(await run(shell, APT.remove('keepalived'), 'exit 0')).toEqual({
      exitCode: 0,
      calls: ['noninteractive 1 -y -q -o DPkg::Lock::Timeout=120 purge keepalived'],
    });
  });
});
