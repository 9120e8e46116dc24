import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { rootShellCommand } from '../../../src/transport/become.ts';

// sshd gives the command to the user's login shell, whichever that is (k0sctl #1135 broke on fish and csh).
describe('the command that starts the root shell means the same to every login shell', () => {
  for (const shell of ['/bin/sh', '/bin/dash', '/bin/bash', '/bin/zsh', '/usr/bin/fish', '/bin/tcsh']) {
    test.runIf(isInstalled(shell) && process.getuid?.() === 0)(shell, () => {
      const { stdout, status } = spawnSync(shell, ['-c', rootShellCommand], {
        input: 'echo "$((40 + 2)) $(id -u)"\n',
        encoding: 'utf8',
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      });
      expect({ stdout, status }).toEqual({ stdout: '42 0\n', status: 0 });
    });
  }

  test('it holds nothing that a shell could read in two ways', () => {
    const inside = rootShellCommand.slice(rootShellCommand.indexOf("'") + 1, -1);
    expect(inside).not.toMatch(/['!\\\n]/);
  });
});

function isInstalled(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
