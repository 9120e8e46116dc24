import { createCipheriv, createHmac, pbkdf2Sync } from 'node:crypto';

/** Encrypts as `ansible-vault` does, with a given salt so that tests need not wait for keys again. */
export function vaultText(
  text: string | Uint8Array,
  password: string,
  { id, salt = 'salt' }: { readonly id?: string; readonly salt?: string } = {},
): string {
  const keys = keysOf(password, salt);
  const cipher = createCipheriv('aes-256-ctr', keys.subarray(0, 32), keys.subarray(64));
  const plain = Buffer.from(text);
  const rest = 16 - (plain.length % 16);
  const encrypted = Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(rest, rest))]);
  const hmac = createHmac('sha256', keys.subarray(32, 64)).update(encrypted).digest('hex');
  const inner = [Buffer.from(salt).toString('hex'), hmac, encrypted.toString('hex')].join('\n');
  return vaultOf(inner, id === undefined ? '1.1;AES256' : `1.2;AES256;${id}`);
}

/** A vault with any header and any inner text, right or wrong. */
export function vaultOf(inner: string, header = '1.1;AES256'): string {
  const lines =
    Buffer.from(inner)
      .toString('hex')
      .match(/.{1,80}/g) ?? [];
  return [`$ANSIBLE_VAULT;${header}`, ...lines, ''].join('\n');
}

function keysOf(password: string, salt: string): Buffer {
  const name = JSON.stringify([password, salt]);
  const keys = KNOWN.get(name) ?? pbkdf2Sync(password, salt, 10_000, 80, 'sha256');
  KNOWN.set(name, keys);
  return keys;
}

const KNOWN = new Map<string, Buffer>();
