import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { LabHost } from '../../src/lab/host.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { editInventory, hostVariable } from '../support/lab-files.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { named } from '../support/named.ts';
import { expectUntouched, type RefusalCase } from '../support/refusal.ts';
import { makeKey, storeKey } from '../support/ssh-keys.ts';

const nothing = 'nothing was changed';

const cases: readonly RefusalCase[] = [
  {
    title: 'a host that is switched off',
    exit: 12,
    error: 'connect-failed',
    says: [
      /cp2: (it does not answer|there is no way to it) \(/,
      'hint: is the host up',
      `cp2 cannot be used: ${nothing}`,
    ],
    arrange: async ({ cp, afterwards, meets }) => {
      await cp(2).kill();
      afterwards(() => cp(2).start());
      meets({ off: cp(2) });
    },
  },
  {
    title: 'a host whose ssh port is closed',
    exit: 12,
    error: 'connect-failed',
    says: [/cp2: nothing listens there \(.* port 2222\)/, 'hint: is sshd running there', nothing],
    arrange: async ({ lab, folder, meets }) =>
      meets({
        inventory: (await editInventory(lab, folder, hostVariable(lab, 'cp2', 'ansible_port: 2222'))).path,
      }),
  },
  {
    title: 'a host whose ssh port a firewall drops, within --timeout',
    exit: 12,
    error: 'connect-failed',
    says: [
      /cp3: it does not answer \(.* port 22\)/,
      'hint: is the host up, and does a firewall drop the port',
      nothing,
    ],
    arrange: async ({ cp, sh, afterwards }) => {
      await sh(
        cp(3),
        'nft add table inet away; nft add chain inet away i "{ type filter hook input priority 0; }"',
      );
      await sh(cp(3), 'nft add rule inet away i tcp dport 22 drop');
      afterwards(() => sh(cp(3), 'nft delete table inet away'));
    },
  },
  {
    title: 'a key that the host does not know',
    exit: 12,
    error: 'authentication-failed',
    says: [
      /cp1 refuses to log in operator: offered \S+stranger/,
      'hint: put the public key into',
      'ssh-copy-id',
      nothing,
    ],
    arrange: async ({ lab, folder, meets }) => {
      const key = await storeKey(join(folder, 'stranger'), makeKey());
      meets({ inventory: (await editInventory(lab, folder, [lab.privateKeyPath, key])).path });
    },
  },
  {
    title: 'a key file that is not there',
    exit: 12,
    error: 'authentication-failed',
    says: [/the private key \S+\/lost does not exist/, 'hint: check ansible_ssh_private_key_file', nothing],
    arrange: async ({ lab, folder, meets }) =>
      meets({
        inventory: (await editInventory(lab, folder, [lab.privateKeyPath, join(folder, 'lost')])).path,
      }),
  },
  {
    title: 'a key file that everybody can read',
    exit: 12,
    error: 'authentication-failed',
    says: [/the private key \S+ can be read by others/, /hint: chmod 600 \S+/, nothing],
    arrange: async ({ lab, folder, meets }) => {
      const open = join(folder, 'open');
      await writeFile(open, await readFile(lab.privateKeyPath), { mode: 0o644 });
      meets({ inventory: (await editInventory(lab, folder, [lab.privateKeyPath, open])).path });
    },
  },
  {
    title: 'a host with another host key than the one that is known',
    exit: 12,
    error: 'host-key-changed',
    says: [
      /cp2: \S+ shows ED25519 key SHA256:\S+, but \S+known_hosts:\d+ knows it by/,
      /hint: .*ssh-keygen -R/,
      nothing,
    ],
    arrange: async ({ lab, cp, folder, meets }) =>
      meets({
        // What is known of cp2 becomes what is known of cp1.
        inventory: await withKnownHosts(lab, folder, (line, all) =>
          line.startsWith(`${cp(2).address},`)
            ? sameKeyOf(cp(1), line, all).replace(cp(1).address, cp(2).address)
            : line,
        ),
      }),
  },
  {
    title: 'a host whose key nobody has seen yet',
    exit: 12,
    error: 'host-key-unknown',
    says: [
      /cp2: the \S+ key SHA256:\S+ of \S+ is not in \S+known_hosts/,
      'hint: run once: ssh',
      'fingerprint',
      nothing,
    ],
    arrange: async ({ lab, cp, folder, meets }) =>
      meets({
        inventory: await withKnownHosts(lab, folder, (line) =>
          line.startsWith(`${cp(2).address},`) ? '' : line,
        ),
      }),
  },
  {
    title: 'a login that may not use sudo',
    exit: 12,
    error: 'sudo-refused',
    // sudo asks for the password first, and only then looks into the sudoers.
    says: [
      /cp2: sudo (wants a password of|does not let) nosudo/,
      'hint: write to /etc/sudoers.d/konvoy-ha there: nosudo',
      nothing,
    ],
    arrange: async ({ lab, folder, meets }) =>
      meets({
        inventory: (await editInventory(lab, folder, hostVariable(lab, 'cp2', 'ansible_user: nosudo'))).path,
      }),
  },
  {
    title: 'a login whose sudo wants a password',
    exit: 12,
    error: 'sudo-refused',
    says: ['cp2: sudo wants a password of asksudo', /hint: .*asksudo ALL=\(root\) NOPASSWD/, nothing],
    arrange: async ({ lab, folder, meets }) =>
      meets({
        inventory: (await editInventory(lab, folder, hostVariable(lab, 'cp2', 'ansible_user: asksudo'))).path,
      }),
  },
];

describe('no host is changed when one of three cannot be worked on', () => {
  const cluster = clusterOfFile();

  it.each(named(cases))('%s', async (_title, refusal) => {
    await expectUntouched(cluster(), refusal);
  });
});

/** An inventory whose known_hosts has other lines for some hosts. */
async function withKnownHosts(
  lab: Lab,
  folder: string,
  edit: (line: string, all: readonly string[]) => string,
): Promise<string> {
  const lines = (await readFile(lab.knownHostsPath, 'utf8')).split('\n');
  const path = join(folder, 'known_hosts');
  await writeFile(path, lines.map((line) => edit(line, lines)).join('\n'));
  return (await editInventory(lab, folder, [lab.knownHostsPath, path])).path;
}

/** The line of a host that has a key of the same type as `line`. */
function sameKeyOf(host: LabHost, line: string, all: readonly string[]): string {
  const found = all.find(
    (other) => other.startsWith(`${host.address},`) && other.split(' ')[1] === line.split(' ')[1],
  );
  if (found === undefined) throw new Error(`no such key of ${host.name}`);
  return found;
}
