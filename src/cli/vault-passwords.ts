import { readFile, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { DEFAULT_VAULT_ID, Vault, type VaultPassword } from '../config/ansible/vault.ts';
import { isVaultText } from '../config/ansible/vault-envelope.ts';
import { KonvoyError } from '../domain/error.ts';
import { fileTrouble } from '../domain/file-trouble.ts';
import { Secret } from '../domain/secret.ts';
import type { Terminal } from '../domain/terminal.ts';
import type { CliIo } from './io.ts';
import type { InventoryOptions } from './options.ts';
import { runProgram } from './run-program.ts';

/** What vault passwords take from the process. */
export interface VaultIo extends Pick<CliIo, 'cwd' | 'home' | 'env'> {
  /** Undefined where nobody can be asked. */
  readonly terminal: Terminal | undefined;
}

/** The options that name vault passwords. */
export type VaultOptions = Pick<InventoryOptions, 'vaultId' | 'vaultPasswordFile' | 'askVaultPass'>;

/** A vault with all passwords that the command line and Ansible's own environment variables name, in Ansible's order. */
export async function openVault(io: VaultIo, options: VaultOptions): Promise<Vault> {
  const passwords: VaultPassword[] = [];
  // One after the other: they may ask on the terminal, and a password file may itself be encrypted.
  for (const identity of identitiesOf(io, options)) {
    const text = await passwordOf(io, identity, new Vault(passwords));
    if (text === '') throw usage(`the vault password of ${identity.source} is empty`);
    passwords.push({ id: identity.id ?? DEFAULT_VAULT_ID, password: new Secret(text) });
  }
  return new Vault(passwords);
}

interface VaultIdentity {
  /** Undefined for `--vault-id SOURCE`: a client program is not told one then. */
  readonly id?: string;
  readonly source: string;
}

function identitiesOf({ env }: VaultIo, options: VaultOptions): readonly VaultIdentity[] {
  const listed = (env['ANSIBLE_VAULT_IDENTITY_LIST'] ?? '').split(',').map((entry) => entry.trim());
  const file = env['ANSIBLE_VAULT_PASSWORD_FILE'] ?? '';
  const files = [...options.vaultPasswordFile, file].filter((path) => path !== '');
  return [
    ...[...listed.filter((entry) => entry !== ''), ...options.vaultId].map(parseIdentity),
    ...files.map((source) => ({ id: DEFAULT_VAULT_ID, source })),
    ...(options.askVaultPass ? [{ source: PROMPT }] : []),
  ];
}

function parseIdentity(text: string): VaultIdentity {
  const at = text.indexOf('@');
  const source = text.slice(at + 1);
  if (source === '') throw usage(`--vault-id ${text}: expected ID@FILE, ID@prompt or FILE`);
  return at <= 0 ? { source } : { id: text.slice(0, at), source };
}

async function passwordOf(io: VaultIo, { id, source }: VaultIdentity, vault: Vault): Promise<string> {
  if (source === PROMPT) {
    return trim(await ask(io, id === undefined ? 'Vault password: ' : `Vault password (${id}): `));
  }
  const path = source.startsWith('~/') ? join(io.home, source.slice(2)) : resolve(io.cwd, source);
  return (await isProgram(path, source)) ? printedBy(io, path, id) : writtenIn(path, source, vault);
}

async function ask({ terminal }: VaultIo, question: string): Promise<string> {
  if (terminal === undefined) {
    throw usage(
      'a vault password is to be asked for, and there is no terminal to ask on',
      'name a file or a program: --vault-password-file PATH',
    );
  }
  const password = await terminal.converse((person) => person.askSecret(question));
  if (password === undefined) throw usage('no vault password was given');
  return password.reveal();
}

/** Everything that anybody may execute is a program, as in Ansible. */
async function isProgram(path: string, source: string): Promise<boolean> {
  const entry = await orRefuse(stat(path), source);
  if (entry.isDirectory()) throw usage(`cannot read the vault password file ${source}: it is a folder`);
  return (entry.mode & 0o111) !== 0;
}

async function printedBy(io: VaultIo, path: string, id: string | undefined): Promise<string> {
  const isClient = basename(path, extname(path)).endsWith('-client');
  const args = isClient && id !== undefined ? ['--vault-id', id] : [];
  const printed = await runProgram(path, args, { cwd: io.cwd, env: io.env, timeoutMs: PROGRAM_TIMEOUT_MS });
  if (printed.ok) return trimLines(printed.value);
  throw usage(
    `the vault password program ${path} ${printed.error}`,
    ...(printed.error.startsWith('cannot be run')
      ? [`if it holds the password itself: chmod -x ${path}`]
      : []),
  );
}

async function writtenIn(path: string, source: string, vault: Vault): Promise<string> {
  const text = trim(decode(await orRefuse(readFile(path), source), source));
  if (!isVaultText(text)) return text;
  const opened = vault.open(text);
  if (opened.ok) return trimLines(opened.value.reveal());
  throw usage(`the vault password file ${source} is ${opened.error.message}`, ...opened.error.hints);
}

async function orRefuse<T>(reading: Promise<T>, source: string): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw usage(`cannot read the vault password file ${source}: ${fileTrouble(error)}`);
  }
}

function decode(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw usage(`the vault password file ${source} is not UTF-8 text`);
  }
}

/** White space as Python's `bytes.strip` knows it: a password may end in a wide space. */
function trim(text: string): string {
  return text.replace(/^[ \t\n\r\v\f]+|[ \t\n\r\v\f]+$/g, '');
}

function trimLines(text: string): string {
  return text.replace(/^[\r\n]+|[\r\n]+$/g, '');
}

function usage(message: string, ...hints: readonly string[]): KonvoyError {
  return new KonvoyError(message, { code: 'usage', hints });
}

const PROMPT = 'prompt';
/** Long enough for somebody to find the key card. */
const PROGRAM_TIMEOUT_MS = 120_000;
