import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { probe, stdoutOf } from '../../../src/domain/command.ts';
import { createOpensshTransport } from '../../../src/transport/openssh/openssh.ts';
import type { Session } from '../../../src/transport/transport.ts';
import { becomeHost, type BecomeHost } from '../../support/become-host.ts';
import { sudoIsAvailable } from '../../support/login-user.ts';

const ALL = 'USER ALL=(root) ALL';

// The real sudo of this machine, asked by real users.
describe.runIf(sudoIsAvailable)('with a password for sudo', () => {
  test.each([
    { case: 'that sudo wants', sudoers: [ALL] },
    { case: 'after a lecture', sudoers: [ALL, 'Defaults:USER lecture=always'] },
    { case: 'that no cache remembers', sudoers: [ALL, 'Defaults:USER timestamp_timeout=0'] },
    {
      case: 'under a prompt of its own',
      sudoers: [ALL, 'Defaults:USER passprompt="Losung:", !passprompt_override'],
    },
    { case: 'from one try only', sudoers: [ALL, 'Defaults:USER passwd_tries=1'] },
    { case: 'and a terminal for every command', sudoers: [ALL, 'Defaults:USER use_pty'] },
    { case: 'for a shell and nothing else', sudoers: ['USER ALL=(root) /bin/sh'] },
  ])('a user becomes root: $case', async ({ sudoers }) => {
    await using host = await becomeHost({ sudoers });
    await using session = await host.connect(host.user.password);
    expect(await said(session, 'id', '-u')).toBe('0\n');
    expect(occurrences(host)).toBe(1);
    expect(host.user.sudoLog.join('\n')).not.toContain('incorrect');
  });

  test.each([
    { case: 'for everything', sudoers: ['USER ALL=(root) NOPASSWD: ALL'] },
    { case: 'for the root shell alone', sudoers: ['USER ALL=(root) NOPASSWD: /bin/sh -s'] },
  ])(
    'a user of whom sudo wants none, $case, becomes root and the password is not sent',
    async ({ sudoers }) => {
      await using host = await becomeHost({ sudoers });
      await using session = await host.connect(host.user.password);
      expect(await said(session, 'id', '-u')).toBe('0\n');
      expect(occurrences(host)).toBe(0);
    },
  );

  test('root becomes nobody, and the password is not sent', async () => {
    await using host = await becomeHost({ server: { runAs: { uid: 0, gid: 0 } } });
    await using session = await host.connect(host.user.password);
    expect(await said(session, 'id', '-u')).toBe('0\n');
    expect(occurrences(host)).toBe(0);
  });

  test.each([
    { case: 'three tries', sudoers: [ALL] },
    { case: 'one try', sudoers: [ALL, 'Defaults:USER passwd_tries=1'] },
    {
      case: 'three tries and words of its own',
      sudoers: [ALL, 'Defaults:USER insults, badpass_message="Falsch."'],
    },
  ])('a wrong one is tried once where sudo gives $case', async ({ sudoers }) => {
    await using host = await becomeHost({ sudoers });
    await expect(host.connect('wrong-horse')).rejects.toMatchObject({
      code: 'sudo-refused',
      message: `lb1: sudo does not take the password of ${host.user.name}`,
      hints: expect.arrayContaining([expect.stringContaining('tried once')]) as readonly string[],
    });
    expect(host.server.received).toBe('wrong-horse\n');
    await expect
      .poll(() => host.user.sudoLog.filter((entry) => entry.includes('incorrect')))
      .toEqual([expect.stringContaining(' 1 incorrect password attempt ')]);
  });

  test('a user whom the sudoers do not name is told so', async () => {
    await using host = await becomeHost();
    await expect(host.connect(host.user.password)).rejects.toMatchObject({
      code: 'sudo-refused',
      message: `lb1: sudo does not let ${host.user.name} run /bin/sh as root`,
      hints: [`write to /etc/sudoers.d/konvoy-ha there: ${host.user.name} ALL=(root) /bin/sh`],
    });
  });

  test('a user who may run other commands is told so', async () => {
    await using host = await becomeHost({ sudoers: ['USER ALL=(root) /usr/bin/id'] });
    await expect(host.connect(host.user.password)).rejects.toMatchObject({
      message: `lb1: sudo does not let ${host.user.name} run /bin/sh as root`,
    });
  });

  test.each([
    {
      case: 'an expired password',
      chage: ['-d', '0'],
      says: /the account or the password of \S+ has expired/,
    },
    { case: 'an expired account', chage: ['-E', '0'], says: /the account of \S+ is not valid there/ },
  ])('a user with $case is told so, and nothing but the password is sent', async ({ chage, says }) => {
    await using host = await becomeHost({ sudoers: [ALL] });
    execFileSync('chage', [...chage, host.user.name]);
    await expect(host.connect(host.user.password)).rejects.toMatchObject({
      code: 'sudo-refused',
      message: expect.stringMatching(says) as string,
    });
    expect(host.server.received).toBe(`${host.user.password}\n`);
  });

  test('a sudo that demands a terminal is told apart', async () => {
    await using host = await becomeHost({ sudoers: [ALL, 'Defaults:USER requiretty'] });
    await expect(host.connect(host.user.password)).rejects.toMatchObject({
      message: 'lb1: sudo demands a terminal (requiretty)',
      hints: [`add to the sudoers: Defaults:${host.user.name} !requiretty`],
    });
    expect(host.server.received).toBe('');
  });

  test('a password of two lines is refused before anything is connected', async () => {
    await using host = await becomeHost({ sudoers: [ALL] });
    await expect(host.connect('one\ntwo')).rejects.toMatchObject({
      message: `lb1: the password of ${host.user.name} for sudo is more than one line`,
    });
    expect(host.server.connections).toBe(0);
  });

  test('what a login prints, and a shell that traces itself, change nothing', async () => {
    const noise = 'Password: \n[sudo] password for you:\nSorry, try again.\n';
    await using host = await becomeHost({
      sudoers: [ALL],
      server: { noise, environment: { SHELLOPTS: 'xtrace' } },
    });
    await using session = await host.connect(host.user.password);
    expect(await said(session, 'echo', 'hello')).toBe('hello\n');
  });

  test('a root shell that dies is noticed, and nothing of the login stays behind', async () => {
    await using host = await becomeHost({ sudoers: [ALL] });
    await using session = await host.connect(host.user.password);
    const shell = Number(await said(session, 'sh', '-c', 'echo $PPID'));
    const running = session.probe([probe('sleep', '30')]);
    const settled = Promise.allSettled([running]);
    process.kill(shell, 'SIGKILL');
    expect((await settled)[0]).toMatchObject({ reason: { code: 'connection-lost' } });
    await expect.poll(() => processesOf(host)).toEqual([]);
  });
});

describe.runIf(sudoIsAvailable)('without a password for sudo', () => {
  test('a user of whom sudo wants one is told how to give it', async () => {
    await using host = await becomeHost({ sudoers: [ALL] });
    await expect(host.connect(undefined)).rejects.toMatchObject({
      code: 'sudo-refused',
      message: `lb1: sudo wants a password of ${host.user.name}`,
      hints: [
        'give it: -K asks for it, or ansible_become_password',
        `write to /etc/sudoers.d/konvoy-ha there: ${host.user.name} ALL=(root) NOPASSWD: /bin/sh -s`,
      ],
    });
  });

  test('the rule that our hint gives is enough, and sudo logs one line', async () => {
    await using host = await becomeHost({ sudoers: ['USER ALL=(root) NOPASSWD: /bin/sh -s'] });
    await using session = await host.connect(undefined);
    expect(await said(session, 'id', '-u')).toBe('0\n');
    expect(host.user.sudoLog).toEqual([expect.stringMatching(/COMMAND=\/bin\/sh -s$/)]);
  });
});

describe.runIf(sudoIsAvailable)("through OpenSSH's client", () => {
  test('a user becomes root by the password', async () => {
    await using host = await becomeHost({ sudoers: [ALL], transport: createOpensshTransport });
    await using session = await host.connect(host.user.password);
    expect(await said(session, 'id', '-u')).toBe('0\n');
    expect(occurrences(host)).toBe(1);
  });

  test('a wrong one is tried once, and the login is not repeated', async () => {
    await using host = await becomeHost({ sudoers: [ALL], transport: createOpensshTransport });
    await expect(host.connect('wrong-horse')).rejects.toMatchObject({
      code: 'sudo-refused',
      message: `lb1: sudo does not take the password of ${host.user.name}`,
    });
    expect(host.server.received).toBe('wrong-horse\n');
    expect(host.server.connections).toBe(1);
    await expect.poll(() => host.user.sudoLog.filter((entry) => entry.includes('incorrect'))).toHaveLength(1);
  });
});

test.skipIf(sudoIsAvailable)('sudo is asked for real: needs root and apt-get install sudo', () => undefined);

/** How often the server was sent the password. */
function occurrences({ server, user }: BecomeHost): number {
  return server.received.split(user.password).length - 1;
}

function processesOf({ user }: BecomeHost): readonly string[] {
  if (!existsSync(`/var/tmp/${user.name}`)) return ['the user is gone'];
  try {
    const all = execFileSync('ps', ['-o', 'args=', '-u', user.name], { encoding: 'utf8' }).trim().split('\n');
    // Who only waits to be reaped is another's business.
    return all.filter((args) => !args.endsWith('<defunct>'));
  } catch {
    // ps ends with 1 when there is none.
    return [];
  }
}

async function said(session: Session, ...argv: readonly string[]): Promise<string> {
  const [result] = await session.probe([probe(...argv)]);
  return stdoutOf(result ?? expect.fail());
}
