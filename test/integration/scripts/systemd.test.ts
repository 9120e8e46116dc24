import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SYSTEMD } from '../../../src/platform/systemd.ts';
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
