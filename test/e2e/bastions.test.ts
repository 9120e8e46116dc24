import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventsOf } from '../support/cli.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { JournalSince, knownOf, loginToLab } from '../support/lab-login.ts';
import { sshdHosts } from '../support/sshd-hosts.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

describe('a lab host behind others', () => {
  const cluster = clusterOfFile({ hosts: 3 });

  /** As `ssh` does, what reaches the last host of a way says nothing of those on the way: that is for ssh_config. */
  const throughConfig = async (folder: string, known?: string): Promise<string> => {
    const knownHosts = join(folder, 'known_hosts.way');
    await writeFile(knownHosts, known ?? (await readFile(cluster().lab.knownHostsPath, 'utf8')));
    const config = join(folder, 'ssh_config');
    await writeFile(
      config,
      `Host *\n  IdentityFile ${cluster().lab.privateKeyPath}\n  UserKnownHostsFile ${knownHosts}\n`,
    );
    return `-F ${config}`;
  };
  const through = (...names: readonly string[]): string =>
    `-o ProxyJump=${names.map((name) => `operator@${cluster().host(name).address}`).join()}`;

  it.each(['ssh2', 'openssh'])(
    'is reached through two of them, and not otherwise, by %s',
    async (transport) => {
      await using folder = await temporaryDirectory();
      const [cp2, cp3] = [cluster().host('cp2'), cluster().host('cp3')];
      await cluster().script(
        cp3,
        `nft add table inet shut; nft add chain inet shut i "{ type filter hook input priority 0; }"
      nft add rule inet shut i tcp dport 22 ip saddr != ${cp2.address} drop`,
      );
      try {
        const journal = await JournalSince.now(cluster(), cp3);
        const config = await throughConfig(folder.path);
        const words = ['plan', '--transport', transport, '--timeout', '20'];
        const login = { hosts: ['cp3'], words };
        const ssh = `${config} ${through('cp1', 'cp2')}`;
        const { code, stderr } = await loginToLab(cluster(), folder.path, { ...login, ssh });
        expect(stderr).not.toContain('error');
        expect(code).toBe(0);
        expect(await journal.of('sshd')).toContain(`Accepted publickey for operator from ${cp2.address} `);
        const short = ['plan', '--transport', transport, '--timeout', '2'];
        const direct = await loginToLab(cluster(), folder.path, { hosts: ['cp3'], words: short });
        expect(direct.code).toBe(12);
      } finally {
        await cluster().script(cp3, 'nft delete table inet shut');
      }
    },
  );

  it('is not reached when one on the way shows another key than the known one, and that one is named', async () => {
    await using folder = await temporaryDirectory();
    const [cp1, cp2, cp3] = [cluster().host('cp1'), cluster().host('cp2'), cluster().host('cp3')];
    const journal = await JournalSince.now(cluster(), cp3);
    // cp3's keys under the name of cp2.
    const swapped = (await knownOf(cluster(), cp3)).map((line) =>
      [cp2.address, ...line.split(' ').slice(1)].join(' '),
    );
    const known = [...(await knownOf(cluster(), cp1)), ...swapped].join('\n');
    const config = await throughConfig(folder.path, `${known}\n`);
    const { code, stderr } = await loginToLab(cluster(), folder.path, {
      hosts: ['cp3'],
      ssh: `${config} ${through('cp1', 'cp2')}`,
    });
    expect(code).toBe(12);
    expect(stderr).toContain(`${cp2.address} shows ED25519 key SHA256:`);
    expect(await journal.of('sshd')).toBe('');
  });

  it('is one of thirty that are all reached through one with the MaxStartups of a default', async () => {
    await using folder = await temporaryDirectory();
    const [bastion] = [cluster().host('cp1')];
    const hosts = await sshdHosts(cluster().lab, 30);
    expect(await cluster().script(bastion, 'sshd -T | grep ^maxstartups')).toBe('maxstartups 10:30:100');
    const known = `${hosts.map((host) => host.known).join('\n')}\n`;
    const config = await throughConfig(folder.path);
    for (const transport of ['ssh2', 'ssh2', 'openssh']) {
      const result = await loginToLab(cluster(), folder.path, {
        hosts: hosts.map(({ name }) => name),
        of: Object.fromEntries(hosts.map(({ name, address }) => [name, { ansible_host: address }])),
        known,
        ssh: `${config} ${through('cp1')}`,
        words: ['plan', '--json', '--transport', transport, '--forks', '30'],
      });
      const events = eventsOf(result);
      // Each was asked and is no control-plane host for lack of systemd, which only a root shell there can tell.
      expect(events.filter(({ type }) => type === 'host-failed')).toEqual([]);
      const told = events.flatMap((event) => (event.type === 'diagnostic' ? [event.diagnostic] : []));
      expect(told.map(({ host }) => host)).toEqual(hosts.map(({ name }) => name));
      for (const { message } of told) expect(message).toMatch(/^Debian .* is not supported yet$/);
    }
  });
});
