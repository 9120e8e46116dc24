import { describe, expect, it } from 'vitest';
import { editInventory, hostVariable } from '../support/lab-files.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { named } from '../support/named.ts';
import { expectUntouched, type RefusalCase } from '../support/refusal.ts';

const nothing = 'nothing was changed';

const cases: readonly RefusalCase[] = [
  ...['answers', 'drops pings'].map((how): RefusalCase => ({
    title: `a VIP that another machine has, which ${how}`,
    exit: 10,
    error: 'input-refused',
    says: [
      /the VIP \S+ is taken: a machine with the address [0-9a-f:]{17}/,
      'hint: choose a free address',
      /--> \S+inventory\.yaml:\d+:\d+/,
      nothing,
    ],
    arrange: async ({ lab, sh, afterwards }) => {
      const [stranger] = lab.strangers;
      if (stranger === undefined) throw new Error('the lab has no stranger');
      await sh(stranger, `ip address add ${lab.vip}/24 dev ${stranger.interfaceName}`);
      afterwards(() => sh(stranger, `ip address delete ${lab.vip}/24 dev ${stranger.interfaceName}`));
      if (how === 'answers') return;
      await sh(
        stranger,
        'nft add table inet mute; nft add chain inet mute i "{ type filter hook input priority 0; }"',
      );
      await sh(stranger, 'nft add rule inet mute i icmp type echo-request drop');
      afterwards(() => sh(stranger, 'nft delete table inet mute'));
    },
  })),
  {
    title: "a VIP that is a host's own second address",
    exit: 10,
    error: 'input-refused',
    says: [/the VIP \S+ is this host's own address/, 'cp2', 'hint: choose a free address', nothing],
    arrange: async ({ lab, cp, sh, afterwards }) => {
      await sh(cp(2), `ip address add ${lab.vip}/24 dev ${cp(2).interfaceName}`);
      afterwards(() => sh(cp(2), `ip address delete ${lab.vip}/24 dev ${cp(2).interfaceName}`));
    },
  },
  {
    title: 'a VIP outside every subnet',
    exit: 10,
    error: 'input-refused',
    says: [
      'the VIP 192.0.2.10',
      /cp1.*\n[^]*cp2[^]*cp3/,
      /--> \S+inventory\.yaml:\d+:\d+/,
      /hint: choose a free address of .* own subnet/,
      nothing,
    ],
    arrange: async ({ lab, folder, meets }) =>
      meets({
        inventory: (await editInventory(lab, folder, [`"${lab.vip}:6443"`, '"192.0.2.10:6443"'])).path,
      }),
  },
  {
    title: 'one machine under two names, by IPv4 and by IPv6',
    exit: 10,
    error: 'input-refused',
    says: [
      'cp2 and cp1 have the same address',
      /--> \S+inventory\.yaml:5:5/,
      'hint: every control-plane host needs',
      nothing,
    ],
    arrange: async ({ lab, cp, folder, meets }) =>
      meets({
        inventory: (
          await editInventory(lab, folder, [
            `ansible_host: ${cp(2).address}`,
            `ansible_host: "${cp(1).address6}"`,
          ])
        ).path,
      }),
  },
  {
    title: "somebody else's keepalived.conf on one host",
    exit: 10,
    error: 'input-refused',
    says: [
      'cp2: /etc/keepalived/keepalived.conf is there and not ours',
      /hint: .*mv \/etc\/keepalived/,
      nothing,
    ],
    arrange: async ({ cp, sh, afterwards }) => {
      await sh(
        cp(2),
        'mkdir -p /etc/keepalived; echo "vrrp_instance theirs {" >/etc/keepalived/keepalived.conf',
      );
      afterwards(() => sh(cp(2), 'rm -r /etc/keepalived'));
    },
  },
  {
    title: 'a keepalived.conf that is a symlink',
    exit: 10,
    error: 'input-refused',
    says: [
      'cp3: /etc/keepalived/keepalived.conf is a symbolic link',
      'hint: look at it and move it away: ls -l',
      nothing,
    ],
    arrange: async ({ cp, sh, afterwards }) => {
      await sh(cp(3), 'mkdir -p /etc/keepalived; ln -s /srv/elsewhere.conf /etc/keepalived/keepalived.conf');
      afterwards(() => sh(cp(3), 'rm -r /etc/keepalived'));
    },
  },
  {
    title: 'a host that has neither curl nor openssl',
    exit: 10,
    error: 'input-refused',
    says: ['cp3: neither curl nor openssl is installed', 'hint: install one of them', nothing],
    arrange: async ({ cp, sh, afterwards }) => {
      await sh(cp(3), 'mv /usr/bin/openssl /usr/bin/openssl.away');
      afterwards(() => sh(cp(3), 'mv /usr/bin/openssl.away /usr/bin/openssl'));
    },
  },
  {
    title: 'an operating system that is not supported',
    exit: 10,
    error: 'input-refused',
    says: ['cp2: Alpine Linux v3.20 with systemd is not supported yet', 'hint: Debian and Ubuntu', nothing],
    arrange: async ({ cp, sh, afterwards }) => {
      const release = 'ID=alpine\nVERSION_ID=3.20.0\nPRETTY_NAME="Alpine Linux v3.20"\n';
      await sh(cp(2), `mv /etc/os-release /etc/os-release.away; printf '%s' '${release}' >/etc/os-release`);
      afterwards(() => sh(cp(2), 'mv /etc/os-release.away /etc/os-release'));
    },
  },
  {
    title: 'an interface that the host does not have',
    exit: 10,
    error: 'input-refused',
    says: [
      'cp1: there is no interface bond7',
      'hint: interfaces there: lo, eth0',
      /--> \S+inventory\.yaml:3:5/,
      nothing,
    ],
    arrange: async ({ lab, folder, meets }) =>
      meets({
        inventory: (await editInventory(lab, folder, hostVariable(lab, 'cp1', 'keepalived_interface: bond7')))
          .path,
      }),
  },
];

describe('no host is changed when what was found on the hosts cannot be right', () => {
  const cluster = clusterOfFile({ strangers: 1 });

  it.each(named(cases))('%s', async (_title, refusal) => {
    await expectUntouched(cluster(), refusal);
  });

  it('and a VIP is free as soon as the machine that had it has left', async () => {
    const { lab, hosts } = cluster();
    const [stranger] = lab.strangers;
    if (stranger === undefined) throw new Error('the lab has no stranger');
    await cluster().script(stranger, `ip address add ${lab.vip}/24 dev ${stranger.interfaceName}`);
    // A host that has just asked in vain may say "unreachable" once more before it asks again.
    const meet = `for n in 1 2 3 4 5; do ping -c 1 -W 1 ${lab.vip} && exit 0; sleep 0.3; done; exit 1`;
    for (const host of hosts) await cluster().script(host, meet);
    await cluster().script(stranger, `ip address delete ${lab.vip}/24 dev ${stranger.interfaceName}`);
    // The hosts still have it in their neighbour tables.
    for (const host of hosts)
      expect(await cluster().script(host, `ip neigh show ${lab.vip}`)).toContain('lladdr');
    expect(await cluster().run('check')).toMatchObject({ code: 0 });
  });
});
