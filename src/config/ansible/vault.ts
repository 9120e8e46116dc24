import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { err, ok, type Result } from '../../domain/result.ts';
import { Secret } from '../../domain/secret.ts';
import type { Complaint, VaultOpener } from '../text/complaint.ts';
import { sourceFile, type SourceFile } from '../text/source.ts';
import { isVaultText, parseVaultEnvelope, type VaultEnvelope } from './vault-envelope.ts';

/** A password and the vault id under which it was given. */
export interface VaultPassword {
  readonly id: string;
  /** Not empty. */
  readonly password: Secret;
}

/** The id of a password that was given without one. */
export const DEFAULT_VAULT_ID = 'default';

/** Opens what `ansible-vault` encrypted, as far as the passwords go. */
export class Vault implements VaultOpener {
  readonly #passwords: readonly VaultPassword[];
  /** By salt and password: they are what takes the time, and one value is often read for many hosts. */
  readonly #keys = new Map<string, VaultKeys>();

  constructor(passwords: readonly VaultPassword[]) {
    this.#passwords = passwords;
  }

  /** The text in a vault. Passwords with the vault's own id come first, then all others: the id is only a hint. */
  open(envelope: string): Result<Secret, Complaint> {
    const parsed = parseVaultEnvelope(envelope);
    if (!parsed.ok) return err({ message: parsed.error, hints: [] });
    const { id } = parsed.value;
    if (this.#passwords.length === 0) return err(needsPassword(id));
    const own = this.#passwords.filter((password) => password.id === (id ?? DEFAULT_VAULT_ID));
    const candidates = [...own, ...this.#passwords.filter((password) => !own.includes(password))];
    for (const { password } of candidates) {
      const bytes = decrypt(parsed.value, this.#keysFor(password, parsed.value.salt));
      if (bytes !== undefined) return textOf(bytes);
    }
    return err(wrongPasswords(id, [...new Set(candidates.map((candidate) => candidate.id))]));
  }

  #keysFor(password: Secret, salt: Buffer): VaultKeys {
    const name = `${salt.toString('hex')} ${password.reveal()}`;
    const known = this.#keys.get(name) ?? deriveKeys(password, salt);
    this.#keys.set(name, known);
    return known;
  }
}

/** A file as it is read: what was encrypted as a whole is opened first, or it is said why it cannot be. */
export function openSource(
  { name, directory }: Pick<SourceFile, 'name' | 'directory'>,
  text: string,
  vault: Vault,
): Result<SourceFile, Complaint> {
  if (!isVaultText(text)) return ok(sourceFile(name, directory, text, { vault }));
  const opened = vault.open(text);
  if (!opened.ok) return opened;
  return ok(sourceFile(name, directory, opened.value.reveal(), { vault, isSecret: true }));
}

interface VaultKeys {
  readonly cipherKey: Buffer;
  readonly hmacKey: Buffer;
  readonly counter: Buffer;
}

/** 32 + 32 + 16 bytes: Ansible has no other parameters, and writes none into the vault. */
function deriveKeys(password: Secret, salt: Buffer): VaultKeys {
  const bytes = pbkdf2Sync(password.reveal(), salt, 10_000, 80, 'sha256');
  return {
    cipherKey: bytes.subarray(0, 32),
    hmacKey: bytes.subarray(32, 64),
    counter: bytes.subarray(64, 80),
  };
}

/** Undefined for a wrong password; nothing is decrypted before the HMAC is right. */
function decrypt(
  { hmac, ciphertext }: VaultEnvelope,
  { cipherKey, hmacKey, counter }: VaultKeys,
): Buffer | undefined {
  if (!timingSafeEqual(createHmac('sha256', hmacKey).update(ciphertext).digest(), hmac)) return undefined;
  const decipher = createDecipheriv('aes-256-ctr', cipherKey, counter);
  const padded = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  // PKCS #7 (RFC 5652 §6.3): the last byte says how many there are of it.
  return padded.subarray(0, padded.length - (padded.at(-1) ?? 0));
}

function textOf(bytes: Buffer): Result<Secret, Complaint> {
  try {
    return ok(new Secret(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)));
  } catch {
    return err({ message: 'what the vault contains is not UTF-8 text', hints: [] });
  }
}

function needsPassword(id: string | undefined): Complaint {
  const flag = id === undefined ? '--vault-password-file FILE' : `--vault-id ${id}@FILE`;
  return { message: `${encrypted(id)}, and no vault password was given`, hints: [`add ${flag}`] };
}

function wrongPasswords(id: string | undefined, tried: readonly string[]): Complaint {
  const ids = tried.map((name) => JSON.stringify(name)).join(', ');
  return { message: `${encrypted(id)}, and no vault password opens it; tried: ${ids}`, hints: [] };
}

function encrypted(id: string | undefined): string {
  return id === undefined ? 'encrypted' : `encrypted with the vault id ${JSON.stringify(id)}`;
}
