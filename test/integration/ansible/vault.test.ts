import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { Vault } from '../../../src/config/ansible/vault.ts';
import { askAnsible, hasAnsible } from '../../support/ansible.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { vaultOf, vaultText } from '../../support/vault.ts';

const ENCRYPT = `
import json, sys
from ansible.parsing.vault import VaultLib, VaultSecret
def encrypt(text, password, id):
    return VaultLib().encrypt(text, VaultSecret(password.encode()), vault_id=id).decode()
print(json.dumps([encrypt(**each) for each in json.load(sys.stdin)]))
`;

const DECRYPT = `
import json, sys
from ansible.parsing.vault import VaultLib, VaultSecret
vault = VaultLib([('default', VaultSecret(b'throw-away'))])
def decrypt(envelope):
    try:
        return vault.decrypt(envelope.encode()).decode()
    except Exception:
        return None
print(json.dumps([decrypt(each) for each in json.load(sys.stdin)]))
`;

const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const password = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });

test.runIf(hasAnsible)('what ansible-vault encrypts is opened', { timeout: 60_000 }, () => {
  const id = fc.constantFrom(null, 'prod', 'a-b.c');
  const plain = fc.sample(fc.record({ text, password, id }), 60);
  const asked = plain.map(({ text: plaintext, ...rest }) => ({ text: plaintext, ...rest }));
  const encrypted = askAnsible(ENCRYPT, asked) as readonly string[];
  const opened = plain.map((each, index) => {
    const vault = new Vault([{ id: 'x', password: new Secret(each.password) }]);
    const result = vault.open(encrypted[index] ?? '');
    return result.ok ? result.value.reveal() : result.error.message;
  });
  expect(opened).toEqual(plain.map((each) => each.text));
});

test.runIf(hasAnsible)('what is no vault to Ansible is none to us', { timeout: 60_000 }, () => {
  const good = vaultText('192.0.2.31', 'throw-away');
  const change = fc.oneof(
    fc.tuple(fc.nat(good.length), fc.constantFrom('', ' ', '\n', '\r\n', '0', 'g', 'A', ';', '\t')),
    fc.tuple(fc.constantFrom(24, 25, 26, 27), fc.constantFrom('', ' ', ';x', '\n')),
  );
  const damage = fc
    .tuple(change, fc.nat(2))
    .map(([[at, put], cut]) => good.slice(0, at) + put + good.slice(at + cut));
  const inner = fc
    .constantFrom('', '\n', '00\n00\n00', `${'00'.repeat(32)}\n${'00'.repeat(32)}\n00`)
    .map((each) => vaultOf(each));
  const envelopes = [
    good,
    ...fc.sample(fc.oneof({ weight: 9, arbitrary: damage }, { weight: 1, arbitrary: inner }), 300),
  ];
  const theirs = askAnsible(DECRYPT, envelopes) as readonly (string | null)[];
  const vault = new Vault([{ id: 'default', password: new Secret('throw-away') }]);
  const differences = envelopes
    .map((envelope, index) => {
      const result = vault.open(envelope);
      return { envelope, ours: result.ok ? result.value.reveal() : null, theirs: theirs[index] };
    })
    .filter((each) => each.ours !== each.theirs && !hasOtherVersion(each.envelope));
  expect(differences).toEqual([]);
});

test.runIf(hasAnsible)('the files that ansible-vault writes are opened', async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  await writeFile(join(path, 'password'), 'throw-away\n');
  await writeFile(join(path, 'hosts.yaml'), 'all:\n  hosts: {cp1: }\n');
  const args = ['encrypt', '--vault-id', `prod@${path}/password`, '--output', '-', `${path}/hosts.yaml`];
  const { stdout } = spawnSync('/usr/bin/ansible-vault', args, {
    encoding: 'utf8',
    env: { HOME: path, PATH: '/usr/bin:/bin' },
  });
  const vault = new Vault([{ id: 'prod', password: new Secret('throw-away') }]);
  const opened = vault.open(stdout);
  expect(stdout).toMatch(/^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/);
  expect(opened.ok && opened.value.reveal()).toBe('all:\n  hosts: {cp1: }\n');
});

test.skipIf(hasAnsible)('vaults are compared with Ansible: apt-get install ansible-core', () => {
  expect.fail('unreachable');
});

/** Ansible does not look at the version; one that does not exist yet may mean anything. */
function hasOtherVersion(envelope: string): boolean {
  return !/^\$ANSIBLE_VAULT;\s*1\.[12]\s*;/.test(envelope);
}
