import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openVault, type VaultIo, type VaultOptions } from '../../../src/cli/vault-passwords.ts';
import { KonvoyError } from '../../../src/domain/error.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { vaultText } from '../../support/vault.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

afterEach(async () => {
  await directory[Symbol.asyncDispose]();
});

async function file(name: string, text: string | Uint8Array, mode = 0o600): Promise<void> {
  const path = join(directory.path, name);
  await writeFile(path, text);
  await chmod(path, mode);
}

const none: VaultOptions = { vaultId: [], vaultPasswordFile: [], askVaultPass: false };

/** A terminal on which somebody types, and what is shown on it. */
class Terminal {
  readonly stdin: PassThrough & { isTTY?: boolean } = new PassThrough();
  readonly stderr = new PassThrough();
  shown = '';

  constructor(typed?: string) {
    if (typed !== undefined) {
      this.stdin.isTTY = true;
      this.stdin.end(typed);
    }
    this.stderr.on('data', (chunk: Buffer) => (this.shown += chunk.toString()));
  }
}

function ioWith(env: Readonly<Record<string, string>> = {}, terminal = new Terminal()): VaultIo {
  const { path } = directory;
  const { stdin, stderr } = terminal;
  return { cwd: path, home: path, env: { PATH: process.env['PATH'], ...env }, stdin, stderr };
}

/** The first of these passwords that opens; else what is said about none of them doing so. */
async function opens(
  passwords: readonly string[],
  options: Partial<VaultOptions>,
  {
    env = {},
    id,
    terminal,
  }: { env?: Readonly<Record<string, string>>; id?: string; terminal?: Terminal } = {},
): Promise<string> {
  const vault = await openVault(ioWith(env, terminal), { ...none, ...options });
  const attempts = passwords.map((password) =>
    vault.open(vaultText(password, password, id === undefined ? {} : { id })),
  );
  const opened = attempts.find((attempt) => attempt.ok);
  if (opened?.ok === true) return opened.value.reveal();
  return attempts.map((attempt) => (attempt.ok ? '' : attempt.error.message)).join('; ');
}

async function refusal(options: Partial<VaultOptions>, io = ioWith()): Promise<string> {
  try {
    await openVault(io, { ...none, ...options });
  } catch (error) {
    if (error instanceof KonvoyError) return [`${error.code}: ${error.message}`, ...error.hints].join('; ');
    throw error;
  }
  return 'nothing was refused';
}

describe('a vault password comes from', () => {
  it('a file, without the white space around it', async () => {
    await file('pass', ' \n\tsecret one \r\n\n');
    expect(await opens(['secret one'], { vaultPasswordFile: ['pass'] })).toBe('secret one');
    expect(await opens(['secret one'], { vaultPasswordFile: [join(directory.path, 'pass')] })).toBe(
      'secret one',
    );
    expect(await opens(['secret one'], { vaultPasswordFile: ['~/pass'] })).toBe('secret one');
  });

  it('a program, without the line ends around what it prints', async () => {
    await file('pass', '#!/bin/sh\nprintf " $# secret \\r\\n\\n"\n', 0o700);
    expect(await opens([' 0 secret '], { vaultPasswordFile: ['pass'] })).toBe(' 0 secret ');
  });

  it.each([
    ['vault-client', 'prod@vault-client', '--vault-id prod'],
    ['vault-client.py', 'prod@vault-client.py', '--vault-id prod'],
    ['vault-client', 'vault-client', 'none'],
    ['client', 'prod@client', 'none'],
  ])('the program %s, named as %s, with the arguments: %s', async (name, vaultId, printed) => {
    await file(name, '#!/bin/sh\necho "${*:-none}"\n', 0o700);
    expect(await opens([printed], { vaultId: [vaultId] })).toBe(printed);
  });

  it('a file that is encrypted with a password before it', async () => {
    await file('first', 'one\n');
    await file('second', vaultText('two\n', 'one'));
    expect(await opens(['two'], { vaultId: ['x@first', 'y@second'] })).toBe('two');
    expect(await refusal({ vaultId: ['y@second', 'x@first'] })).toBe(
      'usage: the vault password file second is encrypted, and no vault password was given; add --vault-password-file FILE',
    );
  });

  it("Ansible's own environment variables", async () => {
    await file('one', 'one');
    await file('two', 'two');
    const env = { ANSIBLE_VAULT_PASSWORD_FILE: '~/one', ANSIBLE_VAULT_IDENTITY_LIST: 'x@two, ' };
    expect(await opens(['one'], {}, { env })).toBe('one');
    expect(await opens(['two'], {}, { env })).toBe('two');
  });

  it('all of them at once, the ids in the order in which they are tried', async () => {
    await Promise.all(['a', 'b', 'c', 'd'].map(async (name) => file(name, name)));
    const env = { ANSIBLE_VAULT_PASSWORD_FILE: 'a', ANSIBLE_VAULT_IDENTITY_LIST: 'listed@b' };
    const options = { vaultId: ['named@c'], vaultPasswordFile: ['d'] };
    expect(await opens(['wrong'], options, { env })).toBe(
      'encrypted, and no vault password opens it; tried: "default", "listed", "named"',
    );
    expect(await opens(['wrong'], options, { env, id: 'named' })).toBe(
      'encrypted with the vault id "named", and no vault password opens it; tried: "named", "listed", "default"',
    );
  });

  it('the terminal, and is not shown there', async () => {
    const terminal = new Terminal(' typed \nmore\n');
    expect(await opens(['typed'], { askVaultPass: true }, { terminal })).toBe('typed');
    expect(terminal.shown).toBe('Vault password: \n');
  });

  it('the terminal, for an id', async () => {
    const terminal = new Terminal('typed\n');
    expect(await opens(['typed'], { vaultId: ['prod@prompt'] }, { terminal })).toBe('typed');
    expect(terminal.shown).toBe('Vault password (prod): \n');
  });
});

describe('a vault password is refused', () => {
  it.each([
    [{ vaultPasswordFile: ['missing'] }, 'usage: cannot read the vault password file missing: no such file'],
    [{ vaultPasswordFile: ['folder'] }, 'usage: cannot read the vault password file folder: it is a folder'],
    [{ vaultPasswordFile: ['empty'] }, 'usage: the vault password of empty is empty'],
    [{ vaultPasswordFile: ['silent'] }, 'usage: the vault password of silent is empty'],
    [{ vaultPasswordFile: ['latin1'] }, 'usage: the vault password file latin1 is not UTF-8 text'],
    [{ vaultId: ['prod@'] }, 'usage: --vault-id prod@: expected ID@FILE, ID@prompt or FILE'],
    [
      { askVaultPass: true },
      'usage: a vault password is to be asked for, and there is no terminal to ask on; name a file or a program: --vault-password-file PATH',
    ],
    [
      { vaultId: ['prod@prompt'] },
      'usage: a vault password is to be asked for, and there is no terminal to ask on; name a file or a program: --vault-password-file PATH',
    ],
  ])('%j', async (options, message) => {
    await mkdir(join(directory.path, 'folder'));
    await file('empty', ' \n');
    await file('silent', '#!/bin/sh\n', 0o700);
    await file('latin1', Uint8Array.of(0x70, 0xe9));
    expect(await refusal(options)).toBe(message);
  });

  it('when its program fails, with what that said', async () => {
    await file('failing', '#!/bin/sh\necho secret; echo "no such key" >&2; exit 2\n', 0o700);
    const path = join(directory.path, 'failing');
    expect(await refusal({ vaultPasswordFile: ['failing'] })).toBe(
      `usage: the vault password program ${path} ended with status 2\nno such key`,
    );
  });

  it('when its file is no program but may be executed', async () => {
    await file('odd', 'secret one\n', 0o755);
    const path = join(directory.path, 'odd');
    expect(await refusal({ vaultPasswordFile: ['odd'] })).toBe(
      `usage: the vault password program ${path} cannot be run: it is no program and does not begin with #!; if it holds the password itself: chmod -x ${path}`,
    );
  });

  it.each([
    ['nothing is typed', '\n', 'usage: the vault password of prompt is empty'],
    ['the input ends', '', 'usage: no vault password was given'],
    ['Ctrl-C is typed', '\u0003', 'interrupted: interrupted'],
  ])('when %s', async (_, typed, message) => {
    expect(await refusal({ askVaultPass: true }, ioWith({}, new Terminal(typed)))).toBe(message);
  });
});
