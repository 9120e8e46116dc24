import { execFileSync } from 'node:child_process';
import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises';
import ssh2 from 'ssh2';
import { describe, expect, test } from 'vitest';
import { readKeyFile } from '../../../src/transport/ssh/key-file.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const passphrase = 'correct "horse" é';

/** Commands that make a key in `$0`, with `$1` as its passphrase, where it has one. */
const makers: readonly { readonly what: string; readonly script: string; readonly isEncrypted: boolean }[] = [
  ...['ed25519', 'ecdsa -b 256', 'ecdsa -b 384', 'ecdsa -b 521', 'rsa -b 2048'].flatMap((type) => [
    opensshKey(`${type} in OpenSSH's format`, `-t ${type}`),
    opensshKey(`${type} in OpenSSH's format, encrypted`, `-t ${type} -a 2`, true),
  ]),
  opensshKey('ed25519 under AES-GCM', '-t ed25519 -a 2 -Z aes256-gcm@openssh.com', true),
  opensshKey('ed25519 under AES-CBC', '-t ed25519 -a 2 -Z aes128-cbc', true),
  opensshKey('rsa in PKCS#1', '-t rsa -b 2048 -m PEM'),
  opensshKey('rsa in PKCS#1, encrypted', '-t rsa -b 2048 -m PEM', true),
  opensshKey('ecdsa in SEC 1', '-t ecdsa -m PEM'),
  opensshKey('ecdsa in SEC 1, encrypted', '-t ecdsa -b 521 -m PEM', true),
  opensshKey('rsa in PKCS#8', '-t rsa -b 2048 -m PKCS8'),
  opensshKey('rsa in PKCS#8, encrypted', '-t rsa -b 2048 -m PKCS8', true),
  opensshKey('ecdsa in PKCS#8', '-t ecdsa -m PKCS8'),
  opensshKey('ecdsa in PKCS#8, encrypted', '-t ecdsa -m PKCS8', true),
  opensslKey('ed25519 in PKCS#8', 'ED25519', false),
  opensslKey('ed25519 in PKCS#8, encrypted', 'ED25519', true),
];

describe.each(makers)('a key of $what', ({ script, isEncrypted }) => {
  test('is read, and signs what its public half verifies', async () => {
    await using directory = await temporaryDirectory();
    const file = `${directory.path}/key`;
    execFileSync('sh', ['-c', script, file, passphrase], { stdio: 'ignore' });
    await chmod(file, 0o600);
    const read = await readKeyFile(ssh2, file);
    expect(read.state).toBe(isEncrypted ? 'encrypted' : 'usable');
    const key = read.state === 'encrypted' ? read.unlock(passphrase) : read.state === 'usable' && read.key;
    if (key === undefined || key === false) expect.fail('it is not a key');
    const signature = key.sign('data', key.type === 'ssh-rsa' ? 'sha256' : undefined);
    if (signature instanceof Error) throw signature;
    const known = ssh2.utils.parseKey(await readFile(`${file}.pub`));
    if (known instanceof Error) throw known;
    expect(known.verify('data', signature, key.type === 'ssh-rsa' ? 'sha256' : undefined)).toBe(true);
    expect(key.getPublicSSH()).toEqual(known.getPublicSSH());
  });
});

test.each(makers.filter(({ isEncrypted }) => isEncrypted))(
  'a key of $what stays closed to a wrong passphrase, also to none',
  async ({ script }) => {
    await using directory = await temporaryDirectory();
    const file = `${directory.path}/key`;
    execFileSync('sh', ['-c', script, file, passphrase], { stdio: 'ignore' });
    await chmod(file, 0o600);
    const read = await readKeyFile(ssh2, file);
    if (read.state !== 'encrypted') expect.fail(read.state);
    expect(['', 'wrong', 'correct'].map((wrong) => read.unlock(wrong))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  },
);

test('what an encrypted key of OpenSSH is called can be read without its passphrase', async () => {
  await using directory = await temporaryDirectory();
  const file = `${directory.path}/key`;
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-a', '2', '-N', 'secret', '-f', file]);
  const read = await readKeyFile(ssh2, file);
  const [, base64] = (await readFile(`${file}.pub`, 'utf8')).split(' ');
  expect(read).toMatchObject({ state: 'encrypted', publicBlob: Buffer.from(base64 ?? '', 'base64') });
});

// From puttygen 0.78; the passphrase is "correct horse".
test('a key that PuTTY wrote in its second format is read, if it is one for RSA', async () => {
  await using directory = await temporaryDirectory();
  const own = ssh2.utils.parseKey(await readFile(fixture('rsa.pub')));
  if (own instanceof Error) throw own;
  const plain = await readKeyFile(ssh2, await putty(directory.path, 'rsa-2.ppk'));
  const locked = await readKeyFile(ssh2, await putty(directory.path, 'rsa-2-encrypted.ppk'));
  if (plain.state !== 'usable' || locked.state !== 'encrypted')
    expect.fail(`${plain.state}, ${locked.state}`);
  expect(plain.key.getPublicSSH()).toEqual(own.getPublicSSH());
  expect(locked.unlock('correct horse')?.getPublicSSH()).toEqual(own.getPublicSSH());
  expect(locked.unlock('wrong')).toBeUndefined();
});

test.each(['rsa-3.ppk', 'ed25519-2.ppk'])('a key in the format of %s is to be converted', async (name) => {
  await using directory = await temporaryDirectory();
  expect(await readKeyFile(ssh2, await putty(directory.path, name))).toEqual({ state: 'putty' });
});

test.each([
  ['a public key', `ssh-ed25519 ${ed25519Blob()} me@desk\n`, 0o644, 'public'],
  ['a public key of a FIDO device', `sk-ssh-ed25519@openssh.com ${fidoBlob()} me@desk\n`, 0o644, 'fido'],
  ['a private key of a FIDO device', opensshText(Buffer.from(fidoBlob(), 'base64')), 0o600, 'fido'],
  [
    'an OpenSSH key that was cut off',
    '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n',
    0o600,
    'unusable',
  ],
  [
    'a certificate of X.509',
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    0o600,
    'unusable',
  ],
  ['nonsense in PEM', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n', 0o600, 'unusable'],
  ['no key', 'hello\n', 0o600, 'unusable'],
  ['nothing', '', 0o600, 'unusable'],
  ['no key, for all to read', 'hello\n', 0o644, 'too-open'],
])('a file with %s is told apart', async (_what, text, mode, state) => {
  await using directory = await temporaryDirectory();
  const file = `${directory.path}/key`;
  await writeFile(file, text, { mode });
  expect((await readKeyFile(ssh2, file)).state).toBe(state);
});

function opensshKey(what: string, options: string, isEncrypted = false) {
  const word = isEncrypted ? '"$1"' : "''";
  return { what, isEncrypted, script: `ssh-keygen -q ${options} -N ${word} -f "$0"` };
}

/** OpenSSH 9.2 does not write the public half of these. */
function opensslKey(what: string, type: string, isEncrypted: boolean) {
  const cipher = isEncrypted ? '-aes256 -pass "pass:$1"' : '';
  const unlock = isEncrypted ? '-passin "pass:$1"' : '';
  const publicHalf = `openssl pkey -in "$0" ${unlock} -pubout -outform DER | tail -c 32 | {
    printf '\\0\\0\\0\\013ssh-ed25519\\0\\0\\0\\040'; cat; } | base64 -w0`;
  return {
    what,
    isEncrypted,
    script: `openssl genpkey -algorithm ${type} ${cipher} -out "$0" && echo "ssh-ed25519 $(${publicHalf}) test" >"$0.pub"`,
  };
}

function fixture(name: string): URL {
  return new URL(`../../fixtures/putty/${name}`, import.meta.url);
}

/** A copy for the user alone: in a working copy of the sources everybody may read it. */
async function putty(directory: string, name: string): Promise<string> {
  const file = `${directory}/${name}`;
  await copyFile(fixture(name), file);
  await chmod(file, 0o600);
  return file;
}

function strings(...texts: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(text));
      return [length, Buffer.from(text)];
    }),
  );
}

function ed25519Blob(): string {
  return strings('ssh-ed25519', Buffer.alloc(32, 7)).toString('base64');
}

function fidoBlob(): string {
  return strings('sk-ssh-ed25519@openssh.com', Buffer.alloc(32, 7), 'ssh:').toString('base64');
}

/** The clear beginning of a key in OpenSSH's format; what follows does not matter to whoever cannot use it. */
function opensshText(publicBlob: Buffer): string {
  const head = [Buffer.from('openssh-key-v1\0'), strings('none', 'none', ''), Buffer.from([0, 0, 0, 1])];
  const bytes = Buffer.concat([...head, strings(publicBlob, 'private')]);
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${bytes.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}
