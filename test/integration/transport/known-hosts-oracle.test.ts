import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { knownHostName, linesFor, parseKnownHosts } from '../../../src/transport/known-hosts.ts';
import { fingerprintOf } from '../../../src/transport/public-key.ts';
import { makeKey, type TestKey } from '../../support/ssh-keys.ts';
import { publicWords } from '../../support/ssh-home.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const sshKeygen = '/usr/bin/ssh-keygen';
const CASES = 2_000;
const BATCH = 10;

test.runIf(existsSync(sshKeygen))(
  'of 2,000 random files and names, known_hosts means to us what it means to ssh-keygen',
  { timeout: 40_000 },
  async () => {
    await using directory = await temporaryDirectory();
    const keys = [makeKey(), makeKey(), makeKey('ecdsa'), makeKey('rsa')];
    const seed = Date.now();
    const cases = fc.sample(knownHostsCase(keys), { numRuns: CASES, seed });
    const batches = batchesOf(cases).map((batch, at) => new Batch(`${directory.path}/${at}`, batch));
    askSshKeygen(batches);
    for (const batch of batches) {
      for (const { name, text, theirs } of batch.answers()) {
        const ours = linesFor(name, parseKnownHosts(text, 'known_hosts')).map(
          ({ line, marker, key }) => `${line} ${MARKERS[marker]} ${fingerprintOf(key)}`,
        );
        expect({ seed, name, text, found: ours }).toEqual({ seed, name, text, found: theirs });
      }
    }
    // A generator that makes hosts nobody knows would agree about nothing.
    const found = batches.flatMap((batch) => batch.answers()).filter(({ theirs }) => theirs.length > 0);
    expect(found.length).toBeGreaterThan(CASES / 4);
  },
);

test.skipIf(existsSync(sshKeygen))(
  'known_hosts is compared with ssh-keygen: apt-get install openssh-client',
  () => {
    expect.fail('unreachable');
  },
);

interface KnownHostsCase {
  readonly lines: readonly string[];
  readonly name: string;
  /** Names are hashed before they are asked for. */
  readonly isHashed: boolean;
}

function knownHostsCase(keys: readonly TestKey[]): fc.Arbitrary<KnownHostsCase> {
  const words = fc.constantFrom(...keys.map(publicWords));
  const host = fc.constantFrom(...HOSTS);
  const pattern = fc.oneof(
    { weight: 6, arbitrary: host },
    { weight: 2, arbitrary: host.map((text) => `!${text}`) },
    { weight: 3, arbitrary: host.map((text) => `[${text}]:2222`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('*', '[*]:2222', '?', '**', 'lb*1*', '*:*', '!*', '!', '[lb1]:22', ''),
    },
    { weight: 1, arbitrary: fc.constantFrom('|1|bad|hash', '|1|', '|2|AAAA|BBBB', 'lb1|x') },
  );
  const patterns = fc.array(pattern, { minLength: 1, maxLength: 4 }).map((all) => all.join(','));
  const blank = fc.constantFrom(' ', ' ', ' ', '  ', '\t');
  // Not a tab behind a marker: OpenSSH then passes the line over, and a revoked key would be trusted.
  const marker = fc.constantFrom(
    '',
    '',
    '',
    '',
    '@revoked ',
    '@cert-authority ',
    '@unknown ',
    '@revoked @revoked ',
  );
  const line = fc
    .tuple(
      fc.constantFrom('', '', '', ' ', '\t'),
      marker,
      patterns,
      blank,
      words,
      fc.constantFrom('', '', ' me@desk', '\r'),
    )
    .map((parts) => parts.join(''));
  const sound = fc
    .tuple(fc.constantFrom('', '@revoked ', '@cert-authority '), patterns, words)
    .map(([mark, hosts, key]) => `${mark}${hosts} ${key}`);
  const junk = fc.oneof(
    fc.tuple(patterns, fc.constantFrom(...JUNK_KEYS)).map(([hosts, key]) => `${hosts} ${key}`),
    fc.constantFrom('', '#', '# lb1', ' ', '\t', 'lb1', '@revoked', '@revoked lb1', '\rlb1'),
    words.map((key) => `# lb1 ${key}`),
    // A key that was cut off, or that says another type.
    words.map((key) => `lb1 ${key.slice(0, -4)}`),
    // No base64, though Buffer would read it as the key.
    words.map((key) => `lb1 ${key.replace(' AAAA', ' AA*AA')}`),
    words.map((key) => `lb1 ${key.replaceAll('=', '')}`),
    words.map((key) => `lb1 ssh-dss ${key.split(' ')[1] ?? ''}`),
    words.map((key) => `lb1 ${key.split(' ')[0] ?? ''} ${key.split(' ')[1]?.slice(0, 40) ?? ''}`),
  );
  const name = fc
    .tuple(fc.constantFrom(...ASKED), fc.constantFrom(22, 22, 2222))
    .map(([address, port]) => knownHostName(address, port));
  const mixed = fc.oneof({ weight: 5, arbitrary: line }, { weight: 1, arbitrary: junk });
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ lines: lines(mixed), name, isHashed: fc.constant(false) }) },
    // ssh-keygen hashes no file in which it finds junk.
    { weight: 1, arbitrary: fc.record({ lines: lines(sound), name, isHashed: fc.constant(true) }) },
  );
}

function lines(line: fc.Arbitrary<string>): fc.Arbitrary<readonly string[]> {
  return fc.array(line, { maxLength: 6 });
}

/** Files that are asked for the same name, one below the other: starting ssh-keygen 2,000 times would take a minute. */
class Batch {
  readonly file: string;
  readonly name: string;
  readonly isHashed: boolean;
  readonly #cases: readonly KnownHostsCase[];
  /** What ssh-keygen has found. */
  output = '';

  constructor(file: string, cases: readonly KnownHostsCase[]) {
    this.file = file;
    this.name = cases[0]?.name ?? '';
    this.isHashed = cases[0]?.isHashed === true;
    this.#cases = cases;
    writeFileSync(file, cases.map(({ lines }) => `${lines.join('\n')}\n`).join(''));
  }

  /** Each file by itself, as it is now that some have been hashed, with what ssh-keygen found in it. */
  answers(): readonly { readonly name: string; readonly text: string; readonly theirs: readonly string[] }[] {
    const all = readFileSync(this.file, 'utf8').split('\n');
    const found = [...this.output.matchAll(/^# Host \S+ found: line (\d+) (\w*)\n.*?(SHA256:\S+)/gm)];
    let before = 0;
    return this.#cases.map(({ lines }) => {
      const first = before;
      // An empty file is an empty line here.
      before += Math.max(1, lines.length);
      const theirs = found.flatMap(([, line, marker = '', print = '']) => {
        const at = Number(line) - first;
        return at > 0 && at <= before - first ? [`${at} ${marker} ${print}`] : [];
      });
      return { name: this.name, text: all.slice(first, before).join('\n'), theirs };
    });
  }
}

function batchesOf(cases: readonly KnownHostsCase[]): readonly (readonly KnownHostsCase[])[] {
  const groups = new Map<string, KnownHostsCase[]>();
  const full: KnownHostsCase[][] = [];
  for (const one of cases) {
    const key = `${one.name} ${String(one.isHashed)}`;
    const group = groups.get(key) ?? [];
    group.push(one);
    groups.set(key, group);
    if (group.length < BATCH) continue;
    full.push(group);
    groups.delete(key);
  }
  return [...full, ...groups.values()];
}

/** Has ssh-keygen hash and search all files: one shell, which starts it for each. */
function askSshKeygen(batches: readonly Batch[]): void {
  const list = batches.map(({ file, name, isHashed }) => `${isHashed ? 'hash' : 'plain'} ${name} ${file}\n`);
  const script = `while read -r how name file; do
    [ "$how" = plain ] || ${sshKeygen} -q -H -f "$file" >/dev/null 2>&1
    ${sshKeygen} -l -F "$name" -f "$file" 2>/dev/null
    echo ==
  done`;
  const output = execFileSync('/bin/sh', ['-c', script], { input: list.join(''), encoding: 'utf8' });
  for (const [at, answer] of output.split('==\n').slice(0, -1).entries()) {
    const batch = batches[at];
    if (batch !== undefined) batch.output = answer;
  }
}

const MARKERS = { none: '', revoked: 'REVOKED', 'cert-authority': 'CA' } as const;

const HOSTS = [
  ...['lb1', 'lb2', 'LB1', 'lb1.example.org', 'Lb1.Example.ORG', '192.0.2.1', '192.0.2.*', '2001:db8::1'],
  ...['2001:DB8::1', 'fe80::1%eth0', '*.example.org', 'lb?', 'l*', '*1'],
];

const ASKED = [
  'lb1',
  'Lb1',
  'lb12',
  'lb1.example.org',
  '192.0.2.1',
  '2001:db8::1',
  '2001:DB8::1',
  'fe80::1%eth0',
];

const JUNK_KEYS = [
  ...[
    'ssh-ed25519',
    'ssh-ed25519 not-base64',
    'ssh-ed25519 AAAA',
    'ssh-foo AAAAB3NzaC1mb28=',
    '1024 35 1234567890',
  ],
  ...[
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAAA==',
    'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQE=',
    '# ssh-ed25519',
  ],
];
