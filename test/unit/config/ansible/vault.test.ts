import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/domain/secret.ts';
import { openSource, Vault } from '../../../../src/config/ansible/vault.ts';
import { spanOf } from '../../../../src/config/text/source.ts';
import { vaultOf, vaultText } from '../../../support/vault.ts';

const first = password('throw-away 1', 'default');
const prod = password('throw-away 2', 'prod');
const vault = new Vault([first, prod]);

function password(text: string, id: string): { readonly id: string; readonly password: Secret } {
  return { id, password: new Secret(text) };
}

function fixture(name: string): string {
  return readFileSync(join(import.meta.dirname, '../../../fixtures/vault', name), 'utf8');
}

function opened(text: string, by = vault): string {
  const result = by.open(text);
  return result.ok ? result.value.reveal() : [result.error.message, ...result.error.hints].join('; ');
}

describe('what ansible-vault encrypted', () => {
  it.each([
    ['address.vault', '192.0.2.31'],
    ['name.vault', 'cp-äöü.example.net\n'],
    ['empty.vault', ''],
  ])('%s is opened', (name, text) => {
    expect(opened(fixture(name))).toBe(text);
  });

  it.each<readonly [string, (text: string) => string]>([
    ['lines that end in CRLF', (text) => text.replaceAll('\n', '\r\n')],
    ['lines that end in CR', (text) => text.replaceAll('\n', '\r')],
    ['no newline at the end', (text) => text.trimEnd()],
    ['white space behind the header', (text) => text.replace('AES256', ' AES256 ')],
    ['an empty line', (text) => text.replace('AES256\n', 'AES256\n\n')],
    ['an id although it is version 1.1', (text) => text.replace('AES256', 'AES256;x')],
    ['capital digits', (text) => text.replace(/\n[^]*/, (payload) => payload.toUpperCase())],
  ])('is opened with %s, as in Ansible', (_, change) => {
    expect(opened(change(fixture('address.vault')))).toBe('192.0.2.31');
  });

  it('is opened whatever it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.constantFrom(undefined, 'x'),
        (text, id) => {
          expect(opened(vaultText(text, 'throw-away 2', id === undefined ? {} : { id }))).toBe(text);
        },
      ),
    );
  });
});

describe('a damaged vault', () => {
  const good = vaultText('192.0.2.31', 'throw-away 1');
  const inner = Buffer.from(good.split('\n').slice(1).join(''), 'hex').toString('latin1');
  const [salt = '', hmac = '', ciphertext = ''] = inner.split('\n');

  it.each([
    ['', 'expected a vault that begins with $ANSIBLE_VAULT;1.1;AES256'],
    ['$ANSIBLE_VAULT\n6162\n', 'expected a vault that begins with $ANSIBLE_VAULT;1.1;AES256'],
    ['$ANSIBLE_VAULTS;1.1;AES256\n6162\n', 'expected a vault that begins with $ANSIBLE_VAULT;1.1;AES256'],
    ['$ANSIBLE_VAULT;1.0;AES256\n6162\n', 'expected a vault of version 1.1 or 1.2'],
    ['$ANSIBLE_VAULT;1.1;AES\n6162\n', 'expected a vault with the cipher AES256'],
    ['$ANSIBLE_VAULT;1.1;AES256\n', 'the vault has nothing below its header'],
    ['$ANSIBLE_VAULT;1.1;AES256\n616\n', 'the vault has an odd number of hexadecimal digits'],
    [
      '$ANSIBLE_VAULT;1.1;AES256\n61\n62 \n63\n',
      'line 3 of the vault has something else than hexadecimal digits',
    ],
    ['$ANSIBLE_VAULT;1.1;AES256\n\t6162\n', 'line 2 of the vault has something else than hexadecimal digits'],
    [
      vaultOf(`${salt}\n${hmac}`),
      'the vault is cut short or damaged: expected a salt, an HMAC and a ciphertext',
    ],
    [vaultOf(`${inner}\n`), 'the vault is cut short or damaged: expected a salt, an HMAC and a ciphertext'],
    [vaultOf(`${salt}0\n${hmac}\n${ciphertext}`), 'the salt of the vault is damaged'],
    [vaultOf(`\n${hmac}\n${ciphertext}`), 'the salt of the vault is damaged'],
    [vaultOf(`${salt}\n${hmac}00\n${ciphertext}`), 'the HMAC of the vault is damaged'],
    [vaultOf(`${salt}\n\n${ciphertext}`), 'the HMAC of the vault is damaged'],
    [vaultOf(`${salt}\n${hmac}\n${ciphertext}00`), 'the ciphertext of the vault is cut short or damaged'],
    [vaultOf(`${salt}\n${hmac}\n`), 'the ciphertext of the vault is cut short or damaged'],
    [vaultText(Uint8Array.of(0xff, 0xfe), 'throw-away 1'), 'what the vault contains is not UTF-8 text'],
  ])('%j is refused with its reason', (text, reason) => {
    expect(opened(text)).toBe(reason);
  });

  it('is never opened, wherever a bit of it is wrong', () => {
    fc.assert(
      fc.property(fc.nat(ciphertext.length - 1), fc.integer({ min: 1, max: 15 }), (at, bits) => {
        const digit = (parseInt(ciphertext.charAt(at), 16) ^ bits).toString(16);
        const damaged = ciphertext.slice(0, at) + digit + ciphertext.slice(at + 1);
        expect(vault.open(vaultOf(`${salt}\n${hmac}\n${damaged}`)).ok).toBe(false);
      }),
    );
  });

  it('never throws, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('0af;\n\r $ANSIBLE_VAULT1.2')) }),
        (text) => {
          expect(() => vault.open(`$ANSIBLE_VAULT;1.1;AES256\n${text}`)).not.toThrow();
          expect(() => vault.open(text)).not.toThrow();
        },
      ),
    );
  });
});

describe('the passwords', () => {
  it.each([
    [[], 'encrypted, and no vault password was given; add --vault-password-file FILE'],
    [[prod], 'encrypted, and no vault password opens it; tried: "prod"'],
    [[prod, first], '192.0.2.31'],
    [[password('throw-away 1', 'x'), password('throw-away 2', 'default')], '192.0.2.31'],
  ])('%j on a vault without an id', (passwords, result) => {
    expect(opened(fixture('address.vault'), new Vault(passwords))).toBe(result);
  });

  it.each([
    [[], 'encrypted with the vault id "prod", and no vault password was given; add --vault-id prod@FILE'],
    [
      [first, password('x', 'prod'), password('y', 'prod')],
      'encrypted with the vault id "prod", and no vault password opens it; tried: "prod", "default"',
    ],
    [[first, password('x', 'prod'), prod], 'cp-äöü.example.net\n'],
    [[password('throw-away 2', 'default')], 'cp-äöü.example.net\n'],
  ])('%j on a vault with the id prod', (passwords, result) => {
    expect(opened(fixture('name.vault'), new Vault(passwords))).toBe(result);
  });

  it('and what they open are printed as [redacted]', () => {
    const result = vault.open(fixture('address.vault'));
    expect(JSON.stringify(result)).toBe('{"ok":true,"value":"[redacted]"}');
    expect(JSON.stringify(vault)).toBe('{}');
  });
});

describe('a file', () => {
  const file = { name: 'inventory.yaml', directory: '/cluster' };

  it('that was encrypted is opened, and none of its lines is shown', () => {
    const source = openSource(file, fixture('whole.vault'), vault);
    if (!source.ok) expect.fail(source.error.message);
    expect(source.value.text).toContain('ansible_port: hidden-port');
    expect(source.value.isSecret).toBe(true);
    expect(spanOf({ source: source.value, start: 12, end: 15 })).toMatchObject({
      line: 2,
      column: 8,
      text: '',
    });
  });

  it('that was not is what it is', () => {
    expect(openSource(file, 'all:\n', vault)).toMatchObject({
      value: { text: 'all:\n', isSecret: false, vault },
    });
  });

  it('that no password opens is refused', () => {
    expect(openSource(file, fixture('whole.vault'), new Vault([first]))).toMatchObject({
      error: {
        message: 'encrypted with the vault id "prod", and no vault password opens it; tried: "default"',
      },
    });
  });
});
