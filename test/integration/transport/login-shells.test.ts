import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import type { Become } from '../../../src/domain/target.ts';
import { elevationOf } from '../../../src/transport/become.ts';
import { testTarget } from '../../support/targets.ts';

const WAYS = [
  { way: 'sudo', become: { method: 'sudo' } },
  { way: 'sudo with a password', become: { method: 'sudo', password: new Secret('correct-horse') } },
  { way: 'doas', become: { method: 'doas' } },
] as const satisfies readonly { readonly way: string; readonly become: Become }[];

// sshd gives the command to the user's login shell, whichever that is (k0sctl #1135 broke on fish and csh).
describe('the command that starts the root shell means the same to every login shell', () => {
  for (const shell of ['/bin/sh', '/bin/dash', '/bin/bash', '/bin/zsh', '/usr/bin/fish', '/bin/tcsh']) {
    test.runIf(isInstalled(shell) && process.getuid?.() === 0)(shell, () => {
      for (const { become } of WAYS) {
        const { stdout, status } = spawnSync(shell, ['-c', commandFor(become)], {
          input: 'echo "$((40 + 2)) $(id -u)"\n',
          encoding: 'utf8',
          env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
        });
        expect({ stdout: stdout.replace(/^[0-9a-f]{32}\n/, ''), status }).toEqual({
          stdout: '42 0\n',
          status: 0,
        });
      }
    });
  }

  test.each(WAYS)('it holds nothing that a shell could read in two ways: $way', ({ become }) => {
    const command = commandFor(become);
    const inside = command.slice(command.indexOf("'") + 1, -1);
    expect(inside).not.toMatch(/['!\\\n]/);
    expect(inside).not.toContain('correct-horse');
  });
});

function commandFor(become: Become): string {
  return elevationOf(testTarget({ become, knownHostsFiles: [] })).command;
}

function isInstalled(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
