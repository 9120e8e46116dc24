import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { hostMender } from '../support/host-mender.ts';
import { JournalSince, loginToLab, writeLogin, type LabLogin, RESTART_SSHD } from '../support/lab-login.ts';
import { named } from '../support/named.ts';
import { watchProcesses } from '../support/process-watch.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { filesWith, formsOf } from '../support/traces.ts';
import { typistOf } from '../support/typist.ts';
import { vaultText } from '../support/vault.ts';

const asksudo = (password?: string): LabLogin => ({
  vars: { ansible_user: 'asksudo', ...(password === undefined ? {} : { ansible_become_password: password }) },
});

interface Became {
  readonly title: string;
  readonly login: () => LabLogin;
  /** What has to be so on the host, and how it is put right. */
  readonly host?: readonly [make: string, mend: string];
  /** What sudo writes to its journal. */
  readonly log: RegExp;
}

const ALL = "echo 'asksudo ALL=(ALL:ALL) ALL' >/etc/sudoers.d/test";
const DOAS = 'apt-get install -y -qq opendoas >/dev/null; umask 077';

const became: readonly Became[] = [
  {
    title: 'whom sudo asks nothing, though there is a password',
    login: () => ({ vars: { ansible_become_password: 'never sent' } }),
    log: /^(?!.*incorrect)operator : .*COMMAND=\/bin\/sh -s$/m,
  },
  {
    title: 'whom sudo asks for a password, by that of the inventory',
    login: () => asksudo('lab-password'),
    log: /^(?![^]*incorrect)[^]*^ *asksudo : .*COMMAND=\/bin\/sh -c/m,
  },
  {
    title: 'whom sudo asks for a password, by one that is typed',
    login: () => ({
      ...asksudo(),
      words: ['plan', '-K'],
      io: typistOf(['sudo password: ', 'lab-password\n']).io,
    }),
    log: /^(?![^]*incorrect)[^]*^ *asksudo : .*COMMAND=\/bin\/sh -c/m,
  },
  {
    title: "whom sudo lectures and asks under a prompt of its own, by the system's ssh",
    login: () => ({ ...asksudo('lab-password'), words: ['plan', '--transport', 'openssh'] }),
    host: [
      `${ALL}; echo 'Defaults:asksudo lecture=always, passprompt="Losung: ", !passprompt_override' >>/etc/sudoers.d/test`,
      'rm /etc/sudoers.d/test',
    ],
    log: /^(?![^]*incorrect)[^]*^ *asksudo : .*COMMAND=\/bin\/sh -c/m,
  },
  {
    title: 'by doas',
    login: () => ({ vars: { ansible_become_method: 'doas' } }),
    host: [`${DOAS}; echo 'permit nopass operator as root cmd /bin/sh' >/etc/doas.conf`, 'rm /etc/doas.conf'],
    log: /^$/,
  },
];

interface NotBecome extends Became {
  readonly says: string | RegExp;
}

const notBecome: readonly NotBecome[] = [
  {
    title: 'the password is wrong, and is tried once',
    login: () => asksudo('wrong'),
    says: 'cp1: sudo does not take the password of asksudo',
    log: /^(?=[^]*asksudo : 1 incorrect password attempt)(?![^]*incorrect[^]*incorrect)/,
  },
  {
    title: 'there is no password',
    login: () => asksudo(),
    says: 'cp1: sudo wants a password of asksudo',
    log: /asksudo : a password is required/,
  },
  {
    title: 'the sudoers do not name the user',
    login: () => ({ vars: { ansible_user: 'nosudo', ansible_become_password: 'lab-password' } }),
    host: ["echo 'nosudo:lab-password' | chpasswd", "usermod -p '!' nosudo"],
    says: 'cp1: sudo does not let nosudo run /bin/sh as root',
    log: /^ *nosudo : user NOT in sudoers/m,
  },
  {
    title: 'sudo demands a terminal',
    login: () => ({}),
    host: ["echo 'Defaults:operator requiretty' >/etc/sudoers.d/test", 'rm /etc/sudoers.d/test'],
    says: 'cp1: sudo demands a terminal (requiretty)',
    log: /^ *operator : no tty ;/m,
  },
  {
    title: 'the password of the account has expired',
    login: () => asksudo('lab-password'),
    host: ['chage -d 0 asksudo', 'chage -d 2024-01-01 -M 99999 asksudo'],
    says: 'cp1 refuses to log in asksudo: the password has expired',
    log: /^$/,
  },
  {
    title: 'doas has no rule for the user',
    login: () => ({ vars: { ansible_become_method: 'doas' } }),
    host: [`${DOAS}; echo 'permit nopass root' >/etc/doas.conf`, 'rm /etc/doas.conf'],
    says: 'cp1: doas does not let operator run /bin/sh as root',
    log: /^$/,
  },
];

describe('on a lab host', () => {
  const cluster = clusterOfFile({ hosts: 1 });
  const { sh, arrange } = hostMender(cluster);

  it.each(named(became))('a user becomes root %s', async (_title, { login, host, log }) => {
    await using folder = await temporaryDirectory();
    if (host !== undefined) await arrange(...host);
    const journal = await JournalSince.now(cluster(), cluster().host('cp1'));
    const { code, stderr, stdout } = await loginToLab(cluster(), folder.path, login());
    expect(stderr).not.toContain('error');
    expect(stdout).toContain('package keepalived');
    expect(code).toBe(0);
    expect(await journal.of('sudo')).toMatch(log);
  });

  it.each(named(notBecome))(
    'a user does not become root where %s',
    async (_title, { login, host, says, log }) => {
      await using folder = await temporaryDirectory();
      if (host !== undefined) await arrange(...host);
      const journal = await JournalSince.now(cluster(), cluster().host('cp1'));
      const { code, stderr } = await loginToLab(cluster(), folder.path, login());
      expect(stderr).toMatch(says);
      expect(code).toBe(12);
      expect(await journal.of('sudo')).toMatch(log);
    },
  );

  it('no secret of a whole apply shows on either side, in what is printed, logged or left', async () => {
    await using folder = await temporaryDirectory();
    const since = join(folder.path, 'since');
    await writeFile(since, '');
    await sh('touch /root/since');
    const [password, vaultPassword] = [random('password'), random('vault')];
    await arrange(
      `echo 'asksudo:${password}' | chpasswd
      printf '%s\\n' 'PasswordAuthentication yes' 'LogLevel DEBUG3' >/etc/ssh/sshd_config.d/00-test.conf
      ${RESTART_SSHD}`,
      `echo 'asksudo:lab-password' | chpasswd; rm /etc/ssh/sshd_config.d/00-test.conf; ${RESTART_SSHD}`,
    );
    const journal = await JournalSince.now(cluster(), cluster().host('cp1'));
    const vault = join(folder.path, 'vault-password');
    await writeFile(vault, `${vaultPassword}\n`, { mode: 0o600 });
    const inventory = await writeLogin(cluster(), folder.path, {
      vars: {
        ansible_user: 'asksudo',
        ansible_ssh_private_key_file: null,
        ansible_password: password,
        ansible_become_password: password,
      },
    });
    await writeFile(inventory, vaultText(await readFile(inventory), vaultPassword));
    const words = ['apply', '--yes', '--json', '-vv', '--vault-password-file', vault, '-i', inventory];
    const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
    const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const traces = formsOf(password, vaultPassword);
    const seen = await watchProcesses(traces, once(child, 'close'));
    expect(output).toMatch(/"type":"exit","code":0/);
    // It was looked at the right time, on both sides: the host's processes are this machine's as well.
    expect([...seen.commandLines].some((line) => line.startsWith('sudo -k -S'))).toBe(true);
    expect([...seen.commandLines].some((line) => line.includes(main))).toBe(true);
    const logs = `${await journal.of('sshd')}\n${await journal.of('sudo')}`;
    expect(logs).toContain('Accepted password for asksudo');
    expect(logs).toMatch(/asksudo : .*COMMAND=\/bin\/sh/);
    expect(seen.shown).toEqual([]);
    for (const text of [output, logs]) expect(traces.filter((trace) => text.includes(trace))).toEqual([]);
    expect(filesWith(traces, since).filter((file) => file !== vault)).toEqual([]);
    const patterns = traces.map((trace) => `-e '${trace}'`).join(' ');
    const searched = `find / -xdev -type f -newer /root/since ! -path '/proc/*' ! -path '/sys/*' -print0 >/root/newer
      [ "$(tr -dc '\\0' </root/newer | wc -c)" -gt 10 ]
      xargs -0 -r grep -laF ${patterns} -- </root/newer || true; rm /root/newer /root/since`;
    expect(await sh(searched)).toBe('');
    // What is looked for would be found.
    await sh(`echo 'x${traces[1] ?? ''}x' >/root/planted`);
    expect(await sh(`grep -laF ${patterns} -- /root/planted`)).toBe('/root/planted');
    await sh('rm /root/planted');
  });
});

function random(name: string): string {
  return `${name}-${randomBytes(8).toString('hex')}`;
}
