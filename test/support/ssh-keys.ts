import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import ssh2, { type ParsedKey } from 'ssh2';

/** A key pair made for one test. */
export interface TestKey {
  /** OpenSSH's private key format. */
  readonly privateText: string;
  /** One line as in authorized_keys. */
  readonly publicLine: string;
  readonly parsed: ParsedKey;
}

export type TestKeyType = 'ed25519' | 'ecdsa' | 'rsa';

export function makeKey(type: TestKeyType = 'ed25519'): TestKey {
  return firstSound(() => testKey(keyPair(type)));
}

/** Makes an Ed25519 key that is stored under a passphrase. */
export function makeEncryptedKey(passphrase: string): TestKey {
  const encryption = { passphrase, cipher: 'aes256-ctr', rounds: 1 };
  return firstSound(() => testKey(ssh2.utils.generateKeyPairSync('ed25519', encryption), passphrase));
}

/** Stores a private key as ssh-keygen would, with its public half beside it. */
export async function storeKey(path: string, key: TestKey, mode = 0o600): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, key.privateText, { mode });
  await writeFile(`${path}.pub`, `${key.publicLine}\n`);
  return path;
}

// ssh2 1.17 loses a leading zero byte of an Ed25519 key, so that one in 256 is broken (ssh-keygen refuses it, too).
function firstSound(make: () => TestKey | undefined): TestKey {
  for (;;) {
    const key = make();
    if (key !== undefined) return key;
  }
}

function keyPair(type: TestKeyType): { readonly private: string; readonly public: string } {
  const { utils } = ssh2;
  switch (type) {
    case 'ed25519':
      return utils.generateKeyPairSync('ed25519');
    case 'ecdsa':
      return utils.generateKeyPairSync('ecdsa', { bits: 256 });
    case 'rsa':
      return utils.generateKeyPairSync('rsa', { bits: 2048 });
  }
}

function testKey(
  pair: { readonly private: string; readonly public: string },
  passphrase?: string,
): TestKey | undefined {
  const parsed = ssh2.utils.parseKey(pair.private, passphrase);
  if (parsed instanceof Error) return undefined;
  const published = ssh2.utils.parseKey(pair.public);
  if (published instanceof Error || !published.getPublicSSH().equals(parsed.getPublicSSH())) return undefined;
  return { privateText: pair.private, publicLine: pair.public, parsed };
}
