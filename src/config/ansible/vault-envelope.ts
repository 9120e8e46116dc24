import { err, ok, type Result } from '../../domain/result.ts';

/** What a vault's text consists of, before any of it is decrypted. */
export interface VaultEnvelope {
  /** The id in the header of version 1.2: a hint at the password, and not protected by it. */
  readonly id?: string;
  readonly salt: Buffer;
  /** 32 bytes. */
  readonly hmac: Buffer;
  /** Whole blocks of 16 bytes, at least one. */
  readonly ciphertext: Buffer;
}

/** True for what is to be opened as a vault, or refused as a damaged one. */
export function isVaultText(text: string): boolean {
  return text.startsWith(MAGIC);
}

/** Takes a vault's text apart. As in Ansible, lines may end in CRLF, and the last one need not end. */
export function parseVaultEnvelope(text: string): Result<VaultEnvelope, string> {
  const [header = '', ...lines] = text.split(/\r\n|\r|\n/);
  const parsed = parseHeader(header);
  if (!parsed.ok) return parsed;
  const wrong = lines.findIndex((line) => !HEXADECIMAL.test(line));
  if (wrong !== -1) return err(`line ${wrong + 2} of the vault has something else than hexadecimal digits`);
  const payload = lines.join('');
  if (payload === '') return err('the vault has nothing below its header');
  if (payload.length % 2 === 1) return err('the vault has an odd number of hexadecimal digits');
  const parts = parsePayload(Buffer.from(payload, 'hex').toString('latin1'));
  if (!parts.ok) return parts;
  return ok({ ...(parsed.value === '' ? {} : { id: parsed.value }), ...parts.value });
}

/** The vault id, `''` for none. */
function parseHeader(header: string): Result<string, string> {
  const [magic, version = '', cipher = '', id = ''] = header.split(';').map((field) => field.trim());
  if (magic !== MAGIC || cipher === '') return err(`expected a vault that begins with ${EXAMPLE}`);
  if (!VERSIONS.includes(version)) return err(`expected a vault of version ${VERSIONS.join(' or ')}`);
  // `ansible-vault rekey` turns the cipher of ancient vaults into this one.
  if (cipher !== 'AES256') return err('expected a vault with the cipher AES256');
  return ok(id);
}

/** Inside, there are hexadecimal digits again: salt, HMAC and ciphertext on a line each. */
function parsePayload(payload: string): Result<Omit<VaultEnvelope, 'id'>, string> {
  const [salt, hmac, ciphertext, ...more] = payload.split('\n');
  if (salt === undefined || hmac === undefined || ciphertext === undefined || more.length > 0) {
    return err('the vault is cut short or damaged: expected a salt, an HMAC and a ciphertext');
  }
  if (!isHexOf(salt, 1) || salt === '') return err('the salt of the vault is damaged');
  if (!isHexOf(hmac, 32) || hmac.length !== 64) return err('the HMAC of the vault is damaged');
  if (!isHexOf(ciphertext, 16) || ciphertext === '') {
    return err('the ciphertext of the vault is cut short or damaged');
  }
  return ok({
    salt: Buffer.from(salt, 'hex'),
    hmac: Buffer.from(hmac, 'hex'),
    ciphertext: Buffer.from(ciphertext, 'hex'),
  });
}

function isHexOf(text: string, blockBytes: number): boolean {
  return HEXADECIMAL.test(text) && text.length % (2 * blockBytes) === 0;
}

const MAGIC = '$ANSIBLE_VAULT';
const EXAMPLE = '$ANSIBLE_VAULT;1.1;AES256';
const VERSIONS: readonly string[] = ['1.1', '1.2'];
const HEXADECIMAL = /^[0-9a-f]*$/i;
