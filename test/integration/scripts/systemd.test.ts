import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mutateScript } from '../../../src/domain/command.ts';
import { SYSTEMD, type Telling } from '../../../src/platform/systemd.ts';
import { fakePrograms } from '../../support/fake-programs.ts';
import { runCommand, SHELLS } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const HANGUP = 'kill --kill-who=main --signal=HUP keepalived';

describe.each(SHELLS)('a reload in $name', (shell) => {
  /** A reload that reads this PID file, while a process called `keepalived` runs; resolves with what became of both. */
  async function reloadBy(pidFile: (pid: number) => string): Promise<{ signal: string; calls: string }> {
    await using directory = await temporaryDirectory();
    const program = join(directory.path, 'keepalived');
    await copyFile('/bin/sleep', program);
    const running = spawn(program, ['60']);
    const ended = once(running, 'exit');
    await once(running, 'spawn');
    await writeFile(join(directory.path, 'pid'), pidFile(running.pid ?? 0));
    const path = fakePrograms(directory.path, { systemctl: 'echo "$*" >>"$calls"' });
    const { argv, effect } = SYSTEMD.reload('keepalived');
    const command = { argv: [...argv.slice(0, -1), join(directory.path, 'pid')], effect };
    expect(await runCommand(shell, command, { path })).toMatchObject({ exitCode: 0 });
    running.kill('SIGKILL');
    const [, signal] = (await ended) as [number | null, string];
    const calls = await readFile(join(directory.path, 'calls'), 'utf8').catch(() => '');
    return { signal, calls: calls.trim() };
  }

  test('is a signal of the shell itself, when the PID file names a process of the service', async () => {
    expect(await reloadBy((pid) => `${pid}\n`)).toEqual({ signal: 'SIGHUP', calls: '' });
  });

  test.each<readonly [string, () => string]>([
    ['has the process of something else', () => `${process.pid}\n`],
    ['has a process that is gone', () => '4194304\n'],
    ['is empty', () => ''],
  ])('is left to systemctl, when the PID file %s', async (_, pidFile) => {
    expect(await reloadBy(pidFile)).toEqual({ signal: 'SIGKILL', calls: HANGUP });
  });
  test.each<readonly [string, string, number, readonly string[]]>([
    ['is a signal to the main process, and nothing else', 'exit 0', 0, [HANGUP]],
    ['starts a service between a crash and its restart', '[ "$1" = start ]', 0, [HANGUP, 'start keepalived']],
    ['fails when it does not start either', 'exit 1', 1, [HANGUP, 'start keepalived']],
  ])('%s', async (_, systemctl, exitCode, expected) => {
    await using directory = await temporaryDirectory();
    const path = fakePrograms(directory.path, { systemctl: `echo "$*" >>"$calls"\n${systemctl}` });
    expect(await runCommand(shell, SYSTEMD.reload('keepalived'), { path })).toMatchObject({ exitCode });
    const calls = await readFile(join(directory.path, 'calls'), 'utf8');
    expect(calls.trim().split('\n')).toEqual(expected);
  });
});

describe.each(SHELLS)('an installation whose service nobody needs, in $name', (shell) => {
  /** What is said to systemctl around `installation`, which is noted as well; where the unit is `state` before. */
  async function around(
    state: string,
    installation: string,
  ): Promise<{ readonly exitCode: number; readonly calls: readonly string[] }> {
    await using directory = await temporaryDirectory();
    const path = fakePrograms(directory.path, {
      systemctl: `case $1 in show) echo ${state} ;; *) echo "$*" >>"$calls" ;; esac`,
      install: `echo "installing $*" >>"$calls"; ${installation}`,
    });
    const command = SYSTEMD.keepIdle('haproxy', mutateScript('install "$@"', 'haproxy'));
    const { exitCode } = await runCommand(shell, command, { path });
    const calls = await readFile(join(directory.path, 'calls'), 'utf8');
    return { exitCode, calls: calls.trim().split('\n') };
  }
  const MASK = '--quiet --runtime mask haproxy';
  const UNMASK = '--quiet --runtime unmask haproxy';

  test('masks the unit until it is over, and disables it', async () => {
    expect(await around('not-found', 'exit 0')).toEqual({
      exitCode: 0,
      calls: [MASK, 'installing haproxy', '--quiet disable haproxy', UNMASK],
    });
  });

  test('leaves no mask behind when it fails, and fails as that did', async () => {
    expect(await around('not-found', 'exit 100')).toEqual({
      exitCode: 100,
      calls: [MASK, 'installing haproxy', UNMASK],
    });
  });

  test('leaves a unit alone that somebody has already', async () => {
    expect(await around('loaded', 'exit 0')).toEqual({ exitCode: 0, calls: ['installing haproxy'] });
  });
});

describe.each(SHELLS)('a service that is brought back, in $name', (shell) => {
  async function calls(how: Telling, booting: 'yes' | 'no'): Promise<readonly string[]> {
    await using directory = await temporaryDirectory();
    const path = fakePrograms(directory.path, {
      systemctl: 'case $1 in show) echo loaded ;; *) echo "$*" >>"$calls" ;; esac',
    });
    const command = SYSTEMD.restore('haproxy', { enabled: true, running: true }, how);
    expect(await runCommand(shell, command, { path, env: { booting } })).toMatchObject({ exitCode: 0 });
    const said = await readFile(join(directory.path, 'calls'), 'utf8');
    return said.trim().split('\n').slice(1);
  }

  test('is told by a signal, or as its unit says', async () => {
    expect(await calls('by-signal', 'no')).toEqual(['kill --kill-who=main --signal=HUP haproxy']);
    expect(await calls('by-unit', 'no')).toEqual(['reload-or-restart haproxy']);
    expect(await calls('by-restart', 'no')).toEqual(['restart haproxy']);
  });

  test('is only started while the host boots', async () => {
    expect(await calls('by-unit', 'yes')).toEqual(['--no-block start haproxy']);
  });
});
