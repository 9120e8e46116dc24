import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { probe, stdoutOf } from '../../../src/domain/command.ts';
import { sshLab, type SshLab } from '../../support/ssh-lab.ts';

// `sudo` and `id` are scripts here: what real ones print was taken from sudo 1.9.13p3 on Debian 12 and from the
// sources of sudo 1.8 and sudo-rs 0.2.
test('who is not root gets the root shell from sudo, asked without a prompt', async () => {
  await using lab = await sshLab();
  const path = await hostWith(lab, { sudo: 'echo "$*" >"$HOME/asked"; shift 2; exec "$@"' });
  const server = await lab.start({ environment: { PATH: path, HOME: lab.home.path } });
  await using session = await lab.home
    .transport()
    .connect(lab.home.target({ port: server.port, user: 'ops' }));
  const [result] = await session.probe([probe('cat', `${lab.home.path}/asked`)]);
  expect(stdoutOf(result ?? expect.fail())).toBe('-n -- /bin/sh -s\n');
});

test.each([
  {
    case: 'wants a password',
    sudo: 'echo "sudo: a password is required" >&2; exit 1',
    message: 'lb1: sudo wants a password of ops',
    hint: 'give it: -K asks for it, or ansible_become_password',
  },
  {
    case: 'is sudo-rs and wants a password',
    sudo: 'echo "sudo: interactive authentication is required" >&2; exit 1',
    message: 'lb1: sudo wants a password of ops',
    hint: 'give it: -K asks for it, or ansible_become_password',
  },
  {
    case: 'does not know the user',
    sudo: 'echo "ops is not in the sudoers file.  This incident will be reported." >&2; exit 1',
    message: 'lb1: sudo does not let ops run /bin/sh as root',
    hint: 'write to /etc/sudoers.d/konvoy-ha there: ops ALL=(root) NOPASSWD: /bin/sh -s',
  },
  {
    case: 'allows other commands only',
    sudo: `echo "Sorry, user ops is not allowed to execute '/bin/sh -s' as root on lb1." >&2; exit 1`,
    message: 'lb1: sudo does not let ops run /bin/sh as root',
    hint: 'write to /etc/sudoers.d/konvoy-ha there: ops ALL=(root) NOPASSWD: /bin/sh -s',
  },
  {
    case: 'demands a terminal',
    sudo: 'echo "sudo: sorry, you must have a tty to run sudo" >&2; exit 1',
    message: 'lb1: sudo demands a terminal (requiretty)',
    hint: 'add to the sudoers: Defaults:ops !requiretty',
  },
  {
    case: 'fails in a way nobody foresaw',
    sudo: 'echo "sudo: /etc/sudo.conf is owned by uid 1000, should be 0" >&2; exit 1',
    message:
      'lb1: sudo does not give ops a root shell: sudo: /etc/sudo.conf is owned by uid 1000, should be 0',
    hint: 'write to /etc/sudoers.d/konvoy-ha there: ops ALL=(root) NOPASSWD: /bin/sh -s',
  },
])('a sudo that $case is a refusal that says what to do', async ({ sudo, message, hint }) => {
  await using lab = await sshLab();
  const server = await lab.start({ environment: { PATH: await hostWith(lab, { sudo }) }, noise: 'motd\n' });
  const attempt = lab.home.transport().connect(lab.home.target({ port: server.port, user: 'ops' }));
  await expect(attempt).rejects.toMatchObject({ code: 'sudo-refused', host: 'lb1', message });
  await attempt.catch((error: unknown) => expect(error).toHaveProperty('hints.0', hint));
});

test.each([
  'sh: 1: exec: sudo: not found',
  '/bin/sh: line 1: exec: sudo: not found',
  'sh: exec: line 0: sudo: not found',
])('a host without sudo is told apart: %s', async (said) => {
  await using lab = await sshLab();
  const path = await hostWith(lab, { sudo: `echo "${said}" >&2; exit 127` });
  const server = await lab.start({ environment: { PATH: path } });
  const attempt = lab.home.transport().connect(lab.home.target({ port: server.port, user: 'ops' }));
  await expect(attempt).rejects.toMatchObject({
    code: 'sudo-refused',
    message: 'lb1: ops is not root and there is no sudo',
  });
});

/** A directory of programs in which `id` says that the user is not root. */
async function hostWith(lab: SshLab, programs: Readonly<Record<string, string>>): Promise<string> {
  const directory = `${lab.home.path}/bin`;
  await mkdir(directory, { recursive: true });
  for (const [name, script] of Object.entries({ id: 'echo 1000', ...programs })) {
    await writeFile(`${directory}/${name}`, `#!/bin/sh\n${script}\n`);
    await chmod(`${directory}/${name}`, 0o755);
  }
  return directory;
}
