import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { probe, stdoutOf } from '../../../src/domain/command.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { Session } from '../../../src/transport/transport.ts';
import { becomeHost } from '../../support/become-host.ts';
import { sshLab, type SshLab } from '../../support/ssh-lab.ts';
import type { SshServer } from '../../support/ssh-server.ts';

/**
 * sudo-rs 0.2.5 as it behaves with a terminal's place taken by a pipe, observed on Debian 13: it reads more of its input
 * than the password, its prompt holds ours, and the end of its input is one wrong password after the other.
 */
const SUDO_RS = `case $1 in -n) echo 'sudo-rs: interactive authentication is required' >&2; exit 1 ;; esac
while [ $# -gt 0 ]; do case $1 in -p) prompt=$2; shift ;; --) shift; break ;; esac; shift; done
for try in 1 2 3; do
  printf '[sudo: %s] Password: ' "$prompt" >&2
  # dd, as sudo-rs: what comes with the password is lost.
  given=$(dd bs=4096 count=1 2>/dev/null)
  echo "\${given:-nothing}" >>"$HOME/attempts"
  [ "$given" = right-horse ] && exec "$@"
  echo 'sudo: Authentication failed, try again.' >&2
done
echo 'sudo-rs: Maximum 3 incorrect authentication attempts' >&2; exit 1`;

describe('with a sudo that behaves as sudo-rs', () => {
  test('a user becomes root by the password', async () => {
    await using lab = await sshLab();
    const host = await sudoRsHost(lab);
    await using session = await host.connect('right-horse');
    const [result] = await session.probe([probe('echo', 'root')]);
    expect(stdoutOf(result ?? expect.fail())).toBe('root\n');
    expect(await host.attempts()).toEqual(['right-horse']);
  });

  test('a wrong password is tried once, and the end of the connection is no second one', async () => {
    await using lab = await sshLab();
    const host = await sudoRsHost(lab);
    await expect(host.connect('wrong-horse')).rejects.toMatchObject({
      code: 'sudo-refused',
      message: 'lb1: sudo does not take the password of ops',
    });
    // It waits for every process that it started.
    await host.server[Symbol.asyncDispose]();
    expect(await host.attempts()).toEqual(['wrong-horse']);
  });
});

// doas.conf is one file for the whole machine: only where there is none is it ours to write.
const DOAS_CONF = '/etc/doas.conf';
const doasIsOurs = existsSync('/usr/bin/doas') && !existsSync(DOAS_CONF) && process.getuid?.() === 0;

describe.runIf(doasIsOurs)('doas', () => {
  beforeEach(() => void process.once('exit', removeRule));
  afterEach(() => {
    removeRule();
    process.off('exit', removeRule);
  });

  test('makes a user root whom it asks nothing', async () => {
    await using host = await becomeHost();
    writeRule(`permit nopass ${host.user.name} as root cmd /bin/sh`);
    await using session = await host.connect(undefined, 'doas');
    const [result] = await session.probe([probe('id', '-u')]);
    expect(stdoutOf(result ?? expect.fail())).toBe('0\n');
  });

  test.each(['with', 'without'])(
    'that wants a password is refused, %s one, and never sent it',
    async (given) => {
      await using host = await becomeHost();
      writeRule(`permit ${host.user.name} as root`);
      const password = given === 'with' ? host.user.password : undefined;
      await expect(host.connect(password, 'doas')).rejects.toMatchObject({
        code: 'sudo-refused',
        message: `lb1: doas wants a password of ${host.user.name}, and would take it from a terminal only`,
        hints: [
          `write to /etc/doas.conf there: permit nopass ${host.user.name} as root cmd /bin/sh`,
          expect.stringContaining('ansible_become_method: sudo'),
        ],
      });
      expect(host.server.received).not.toContain(host.user.password);
    },
  );

  test('that does not know the user says so', async () => {
    await using host = await becomeHost();
    writeRule('permit nopass nobody as root');
    await expect(host.connect(undefined, 'doas')).rejects.toMatchObject({
      message: `lb1: doas does not let ${host.user.name} run /bin/sh as root`,
    });
  });
});

test.skipIf(doasIsOurs)(
  'doas is asked for real: needs root, no /etc/doas.conf, and apt-get install opendoas',
  () => undefined,
);

interface SudoRsHost {
  readonly server: SshServer;
  connect(password: string): Promise<Session>;
  /** The passwords that were tried, `nothing` for the end of the input. */
  attempts(): Promise<readonly string[]>;
}

async function sudoRsHost(lab: SshLab): Promise<SudoRsHost> {
  const bin = `${lab.home.path}/bin`;
  await mkdir(bin);
  for (const [name, script] of Object.entries({ id: 'echo 1000', sudo: SUDO_RS })) {
    await writeFile(`${bin}/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  const server = await lab.start({ environment: { PATH: `${bin}:/usr/bin:/bin`, HOME: lab.home.path } });
  return {
    server,
    connect: (password) => {
      const become = { method: 'sudo', password: new Secret(password) } as const;
      return lab.home.transport().connect(lab.home.target({ port: server.port, user: 'ops', become }));
    },
    attempts: async () => (await readFile(`${lab.home.path}/attempts`, 'utf8')).trim().split('\n'),
  };
}

function writeRule(rule: string): void {
  writeFileSync(DOAS_CONF, `${rule}\n`, { mode: 0o600 });
}

function removeRule(): void {
  rmSync(DOAS_CONF, { force: true });
}
