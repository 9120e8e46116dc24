import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SYSTEMD } from '../../../src/platform/systemd.ts';
import { fakePrograms } from '../../support/fake-programs.ts';
import { runCommand, SHELLS } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const HANGUP = 'kill --kill-who=main --signal=HUP keepalived';

describe.each(SHELLS)('a reload in $name', (shell) => {
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
