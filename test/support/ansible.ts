import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** True where Debian's ansible-core is installed: the oracle of what Ansible users' files mean. */
export const hasAnsible = existsSync('/usr/bin/ansible-vault') && existsSync('/usr/bin/python3');

/** Runs a script in the Python that has Ansible's modules; resolves with what it printed as JSON. */
export function askAnsible(script: string, input: unknown): unknown {
  // Ansible makes directories in its user's home, even where there is none.
  const home = mkdtempSync(join(tmpdir(), 'konvoy-ha-ansible-'));
  try {
    const { status, stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', script], {
      input: JSON.stringify(input),
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      env: {
        PATH: '/usr/bin:/bin',
        HOME: home,
        LC_ALL: 'C.UTF-8',
        ANSIBLE_LOCALHOST_WARNING: 'False',
      },
    });
    if (status !== 0) throw new Error(`Ansible failed: ${stderr}`);
    return JSON.parse(stdout);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
