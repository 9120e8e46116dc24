import { beforeAll, describe, expect, it } from 'vitest';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { hostMender } from '../support/host-mender.ts';
import { JournalSince, loginToLab } from '../support/lab-login.ts';
import { named } from '../support/named.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

interface SudoCase {
  readonly title: string;
  readonly user: string;
  readonly password?: string;
  readonly exit: 0 | 12;
  readonly says: string;
  /** What PAM and sudo-rs write to the journal. */
  readonly log: RegExp;
}

const cases: readonly SudoCase[] = [
  {
    title: 'gives a root shell and asks nothing, whatever the password',
    user: 'operator',
    password: 'never sent',
    exit: 0,
    says: 'package keepalived',
    log: /^(?![^]*failure)[^]*operator : .*COMMAND=\S+ -s$/m,
  },
  {
    title: 'takes a password',
    user: 'asksudo',
    password: 'lab-password',
    exit: 0,
    says: 'package keepalived',
    log: /^(?![^]*failure)[^]*asksudo : .*COMMAND=\S+ -c echo /m,
  },
  {
    title: 'is given a wrong password once and no other',
    user: 'asksudo',
    password: 'wrong',
    exit: 12,
    says: 'cp1: sudo does not take the password of asksudo',
    log: /^(?=[^]*authentication failure;)(?![^]*authentication failure;[^]*authentication failure;)/,
  },
  {
    title: 'wants a password that nobody gave',
    user: 'asksudo',
    exit: 12,
    says: 'cp1: sudo wants a password of asksudo',
    log: /^(?![^]*authentication failure;)/,
  },
  {
    title: 'has no rule for the user',
    user: 'nosudo',
    password: 'lab-password',
    exit: 12,
    says: 'cp1: sudo does not let nosudo run /bin/sh as root',
    log: /^(?![^]*COMMAND)/,
  },
];

// The package of Debian 13; older suites have none.
describe('sudo-rs on a lab host', () => {
  const cluster = clusterOfFile({ hosts: 1, suite: 'trixie' });
  const { sh } = hostMender(cluster);
  beforeAll(async () => {
    await sh(`apt-get install -y -qq sudo-rs >/dev/null; ln -s "$(command -v sudo-rs)" /usr/local/bin/sudo
      echo 'nosudo:lab-password' | chpasswd`);
    expect(await sh('sudo --version 2>&1')).toMatch(/^sudo-rs /);
  });

  it.each(named(cases))('%s', async (_title, { user, password, exit, says, log }) => {
    await using folder = await temporaryDirectory();
    const journal = await JournalSince.now(cluster(), cluster().host('cp1'));
    const become = password === undefined ? {} : { ansible_become_password: password };
    const { code, stdout, stderr } = await loginToLab(cluster(), folder.path, {
      vars: { ansible_user: user, ...become },
    });
    expect(`${stdout}${stderr}`).toContain(says);
    expect(code).toBe(exit);
    expect(await journal.of('sudo')).toMatch(log);
  });
});
