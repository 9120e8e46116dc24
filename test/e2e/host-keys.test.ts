import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { JournalSince, knownOf, loginToLab, RESTART_SSHD } from '../support/lab-login.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { typistOf } from '../support/typist.ts';

const TYPES = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'] as const;

describe('the key of a lab host', () => {
  const cluster = clusterOfFile({ hosts: 3 });
  const keysOf = async (name: string): Promise<readonly string[]> => knownOf(cluster(), cluster().host(name));
  const ofType = (lines: readonly string[], type: string): string => {
    const line = lines.find((candidate) => candidate.split(' ')[1] === type);
    if (line === undefined) throw new Error(`no key of type ${type}`);
    return line;
  };
  /** sshd tells of nobody who tried to log in. */
  const nobodyTried = async (journal: JournalSince): Promise<void> => {
    const log = await journal.of('sshd');
    expect(log).not.toMatch(/Accepted|Failed|authenticating user/);
    // It was looked at the right time.
    expect(log).toMatch(/Connection (closed|reset) by|Received disconnect|Disconnected from|kex/i);
  };

  it.each(TYPES)('is enough when it is the only one that is known: %s', async (type) => {
    await using folder = await temporaryDirectory();
    const known = `${ofType(await keysOf('cp1'), type)}\n`;
    for (const transport of ['ssh2', 'openssh']) {
      const words = ['plan', '--transport', transport];
      const { code, stderr } = await loginToLab(cluster(), folder.path, { known, words });
      expect(stderr).not.toContain('error');
      expect(code).toBe(0);
    }
  });

  it('that is not known stops a run that nobody watches, and is written nowhere', async () => {
    await using folder = await temporaryDirectory();
    const known = (await keysOf('cp2')).join('\n');
    const journal = await JournalSince.now(cluster(), cluster().host('cp1'));
    const { code, stderr } = await loginToLab(cluster(), folder.path, { hosts: ['cp1', 'cp2'], known });
    expect(code).toBe(12);
    expect(stderr).toMatch(/cp1: the ED25519 key .* is not in/);
    expect(stderr).toContain(await fingerprint('cp1'));
    expect(await readFile(join(folder.path, 'known_hosts'), 'utf8')).toBe(known);
    await nobodyTried(journal);
  });

  it('is taken over when somebody compared it and says yes, and is known from then on', async () => {
    await using folder = await temporaryDirectory();
    const question = 'Are you sure you want to continue connecting (yes/no/[fingerprint])? ';
    const typist = typistOf([question, 'yes\n']);
    const first = await loginToLab(cluster(), folder.path, { known: '', io: typist.io });
    expect(typist.shown).toContain(await fingerprint('cp1'));
    expect(first.code).toBe(0);
    const known = await readFile(join(folder.path, 'known_hosts'), 'utf8');
    expect((await keysOf('cp1')).map(keyOfLine)).toContain(keyOfLine(known.trim()));
    expect(await loginToLab(cluster(), folder.path, { known })).toMatchObject({ code: 0 });
  });

  it('is taken over unseen when the operator says so beforehand', async () => {
    await using folder = await temporaryDirectory();
    const words = ['plan', '--accept-new-host-keys'];
    const hosts = ['cp1', 'cp2', 'cp3'];
    expect(await loginToLab(cluster(), folder.path, { hosts, known: '', words })).toMatchObject({ code: 0 });
    const known = await readFile(join(folder.path, 'known_hosts'), 'utf8');
    expect(known.trim().split('\n')).toHaveLength(3);
    expect(await loginToLab(cluster(), folder.path, { hosts, known })).toMatchObject({ code: 0 });
  });

  it.each([{ words: ['plan'] }, { words: ['plan', '--accept-new-host-keys'] }])(
    'that has changed stops the run before anybody logs in: $words',
    async ({ words }) => {
      await using folder = await temporaryDirectory();
      const host = cluster().host('cp3');
      const known = (await keysOf('cp3')).join('\n');
      const journal = await JournalSince.now(cluster(), host);
      await cluster().script(host, CHANGE_KEYS);
      try {
        const { code, stderr } = await loginToLab(cluster(), folder.path, { hosts: ['cp3'], known, words });
        expect(code).toBe(12);
        expect(stderr).toMatch(/cp3: \S+ shows ED25519 key SHA256:\S+, but \S+known_hosts:\d+ knows it by/);
        expect(await readFile(join(folder.path, 'known_hosts'), 'utf8')).toBe(known);
        await nobodyTried(journal);
      } finally {
        await cluster().script(host, RESTORE_KEYS);
      }
    },
  );

  it('that is revoked stops the run, though it is known as well', async () => {
    await using folder = await temporaryDirectory();
    const lines = await keysOf('cp1');
    const revoked = `@revoked ${ofType(lines, 'ssh-ed25519')}`;
    const journal = await JournalSince.now(cluster(), cluster().host('cp1'));
    const known = `${[...lines, revoked].join('\n')}\n`;
    const { code, stderr } = await loginToLab(cluster(), folder.path, { known });
    expect(code).toBe(12);
    expect(stderr).toMatch(/cp1.*revoked/);
    await nobodyTried(journal);
  });

  async function fingerprint(name: string): Promise<string> {
    const host = cluster().host(name);
    const text = await cluster().read(host, 'ssh-keygen', '-lf', '/etc/ssh/ssh_host_ed25519_key.pub');
    return text.split(' ')[1] ?? expect.fail();
  }
});

/** `type base64` of a line of known_hosts. */
function keyOfLine(line: string): string {
  return line.split(' ').slice(1, 3).join(' ');
}

const CHANGE_KEYS = `mkdir -p /root/kept-keys; cp -p /etc/ssh/ssh_host_* /root/kept-keys/
rm /etc/ssh/ssh_host_*; ssh-keygen -A >/dev/null; ${RESTART_SSHD}`;

const RESTORE_KEYS = `cp -p /root/kept-keys/* /etc/ssh/; rm -r /root/kept-keys; ${RESTART_SSHD}`;
