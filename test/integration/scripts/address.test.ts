import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PLATFORMS } from '../../../src/platform/platform.ts';
import { converge } from '../../../src/resources/resources.ts';
import { interfaceName, ip } from '../../support/branded.ts';
import { fakePrograms } from '../../support/fake-programs.ts';
import { runCommand, SHELLS } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const LEFT = '35: eth0    inet 10.0.50.20/32 scope global eth0';

describe.each(SHELLS)('an address that was left, in $name', (shell) => {
  test.each<readonly [string, string, number, string]>([
    [
      'is taken away',
      'case $2 in del) ;; *) echo "35: eth0    inet 10.0.50.11/24 scope global eth0" ;; esac',
      0,
      '',
    ],
    ['may have gone by itself', 'case $2 in del) exit 2 ;; esac', 0, ''],
    [
      'that stays is said',
      `case $2 in del) exit 2 ;; *) echo '${LEFT}' ;; esac`,
      1,
      '10.0.50.20/32 cannot be taken off eth0\n',
    ],
  ])('%s', async (_, program, exitCode, stderr) => {
    await using directory = await temporaryDirectory();
    const path = fakePrograms(directory.path, { ip: `echo "$*" >>"$calls"; ${program}` });
    const prefix = { address: ip('10.0.50.20'), length: 32 };
    const left = {
      kind: 'address',
      name: '',
      prefix,
      interface: interfaceName('eth0'),
      isSpare: true,
    } as const;
    const [removal] = converge(undefined, left, PLATFORMS[0]);
    if (removal === undefined) throw new Error('there is nothing to do');
    const result = await runCommand(shell, removal, { path });
    expect([result.exitCode, new TextDecoder().decode(result.stderr)]).toEqual([exitCode, stderr]);
    expect((await readFile(join(directory.path, 'calls'), 'utf8')).split('\n')[0]).toBe(
      'address del 10.0.50.20/32 dev eth0',
    );
  });
});
