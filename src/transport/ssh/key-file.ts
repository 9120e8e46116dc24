import { readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { keyTypeOf, stringAt } from '../public-key.ts';
import { readPem } from './pem.ts';

/** What a file that should hold a private key turns out to be. */
export type KeyFile =
  | { readonly state: 'usable'; readonly key: ParsedKey }
  /** Under a passphrase. `publicBlob` is there where it can be read without one. */
  | { readonly state: 'encrypted'; readonly publicBlob?: Buffer; readonly unlock: Unlock }
  /** The public half alone: somebody else has to sign. */
  | { readonly state: 'public'; readonly publicBlob: Buffer }
  | { readonly state: KeyFlaw };

/** Takes the passphrase off; undefined when it is the wrong one. */
export type Unlock = (passphrase: string) => ParsedKey | undefined;

/** Why a key cannot be used; `fido` is a key that a device holds, `putty` a format of PuTTY's that ssh2 does not read. */
export type KeyFlaw = 'missing' | 'unreadable' | 'too-open' | 'fido' | 'putty' | 'unusable';

/** Reads a key file; whatever is wrong with it is said in its state. */
export async function readKeyFile(library: typeof ssh2, path: string): Promise<KeyFile> {
  try {
    const text = await readFile(path, 'utf8');
    const file = parseKeyFile(library, text);
    // A FIDO key is a handle: the device keeps the secret.
    if (file.state === 'public' || file.state === 'fido') return file;
    const { uid, mode } = await stat(path);
    // OpenSSH's own rule (authfile.c): a key of ours that others may read is as good as published.
    return uid === userInfo().uid && (mode & 0o077) !== 0 ? { state: 'too-open' } : file;
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    return { state: missing ? 'missing' : 'unreadable' };
  }
}

/** The public half of a key beside which `ssh-keygen` has put it, as `KEY.pub`. */
export async function readPublicHalf(path: string): Promise<Buffer | undefined> {
  const text = await readFile(`${path}.pub`, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : publicBlobIn(text);
}

/** Whether a certificate lies beside the key, as `KEY-cert.pub`, where ssh looks for it. */
export async function hasCertificate(path: string): Promise<boolean> {
  return stat(`${path}-cert.pub`).then(
    () => true,
    () => false,
  );
}

function parseKeyFile(library: typeof ssh2, text: string): KeyFile {
  const publicBlob = publicBlobIn(text);
  if (publicBlob !== undefined) {
    return isFido(publicBlob) ? { state: 'fido' } : { state: 'public', publicBlob };
  }
  if (text.startsWith('PuTTY-User-Key-File-')) return parsePuttyKey(library, text);
  const container = opensshContainer(text);
  if (container !== undefined) return parseContainer(library, text, container);
  if (!/^\s*-----BEGIN ([A-Z]+ )?PRIVATE KEY-----/.test(text)) return { state: 'unusable' };
  return /ENCRYPTED/.test(text)
    ? { state: 'encrypted', unlock: (passphrase) => parsePem(library, text, passphrase) }
    : usable(parsePem(library, text));
}

function parseContainer(library: typeof ssh2, text: string, container: OpensshContainer): KeyFile {
  const { cipher, publicBlob } = container;
  if (isFido(publicBlob)) return { state: 'fido' };
  if (cipher === 'none') return usable(parseWith(library, text));
  return { state: 'encrypted', publicBlob, unlock: (passphrase) => parseWith(library, text, passphrase) };
}

/** ssh2 reads RSA keys of the second version; whatever else PuTTY writes is to be converted. */
function parsePuttyKey(library: typeof ssh2, text: string): KeyFile {
  const head = /^PuTTY-User-Key-File-2: ssh-rsa\r?\nEncryption: (?<encryption>none|aes256-cbc)\r?\n/.exec(
    text,
  );
  if (head === null) return { state: 'putty' };
  if (head.groups?.['encryption'] === 'none') return usable(parseWith(library, text));
  return { state: 'encrypted', unlock: (passphrase) => parseWith(library, text, passphrase) };
}

function parsePem(library: typeof ssh2, text: string, passphrase?: string): ParsedKey | undefined {
  const plain = readPem(text, passphrase);
  return plain === undefined ? undefined : parseWith(library, plain);
}

function parseWith(library: typeof ssh2, text: string, passphrase?: string): ParsedKey | undefined {
  try {
    const key = library.utils.parseKey(text, passphrase);
    return key instanceof Error || !key.isPrivateKey() ? undefined : key;
  } catch {
    // It throws instead of returning an error where a wrong passphrase makes nonsense of a length.
    return undefined;
  }
}

function usable(key: ParsedKey | undefined): KeyFile {
  return key === undefined ? { state: 'unusable' } : { state: 'usable', key };
}

/** `ssh-ed25519 AAAA… comment`: a line as `ssh-keygen` writes it into `KEY.pub`. */
function publicBlobIn(text: string): Buffer | undefined {
  const [type, base64] = text.trim().split(/\s+/);
  if (type === undefined || base64 === undefined) return undefined;
  const blob = Buffer.from(base64, 'base64');
  return keyTypeOf(blob) === type ? blob : undefined;
}

interface OpensshContainer {
  readonly cipher: string;
  readonly publicBlob: Buffer;
}

/** What stands in the clear at the beginning of OpenSSH's own format (its PROTOCOL.key). */
function opensshContainer(text: string): OpensshContainer | undefined {
  const { base64 } =
    /^\s*-----BEGIN OPENSSH PRIVATE KEY-----(?<base64>[^-]+)-----END/.exec(text)?.groups ?? {};
  const bytes = Buffer.from(base64 ?? '', 'base64');
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  const cipher = stringAt(bytes, MAGIC.length);
  const derivation = stringAt(bytes, cipher?.end);
  const derivationOptions = stringAt(bytes, derivation?.end);
  if (cipher === undefined || derivationOptions === undefined) return undefined;
  // Behind the number of keys, which is one.
  const publicBlob = stringAt(bytes, derivationOptions.end + 4)?.bytes;
  return publicBlob === undefined ? undefined : { cipher: cipher.bytes.toString('latin1'), publicBlob };
}

function isFido(publicBlob: Buffer): boolean {
  return keyTypeOf(publicBlob)?.startsWith('sk-') === true;
}

const MAGIC = 'openssh-key-v1\0';
