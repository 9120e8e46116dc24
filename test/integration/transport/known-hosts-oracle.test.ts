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

test.runIf(existsSync(sshKeygen))(
  'of 2,000 random files and names, known_hosts means to us what it means to ssh-keygen',
  { timeout: 40_000 },
  async () => {
    await using directory = await temporaryDirectory();
    const keys = [makeKey(), makeKey(), makeKey('ecdsa'), makeKey('rsa')];
    const seed = Date.now();
    const cases = fc.sample(knownHostsCase(keys), { numRuns: CASES, seed });
    const files = cases.map(({ lines }, at) => {
      const file = `${directory.path}/${at}`;
      writeFileSync(file, lines.join('\n'));
      return file;
    });
    const answers = askSshKeygen(cases, files);
    for (const [at, { name }] of cases.entries()) {
      // Read now: ssh-keygen has hashed some of them.
      const text = readFileSync(files[at] ?? '', 'utf8');
      const ours = linesFor(name, parseKnownHosts(text, 'known_hosts')).map(
        ({ line, marker, key }) => `${line} ${MARKERS[marker]} ${fingerprintOf(key)}`,
      );
      expect({ seed, at, name, text, found: ours }).toEqual({ seed, at, name, text, found: answers[at] });
    }
    // A generator that makes hosts nobody knows would agree about nothing.
    expect(answers.filter((found) => found.length > 0).length).toBeGreaterThan(CASES / 4);
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
  const junk = fc.oneof(
    fc.tuple(patterns, fc.constantFrom(...JUNK_KEYS)).map(([hosts, key]) => `${hosts} ${key}`),
    fc.constantFrom('', '#', '# lb1', ' ', '\t', 'lb1', '@revoked', '@revoked lb1', '\rlb1'),
    words.map((key) => `# lb1 ${key}`),
    // A key that was cut off, or that says another type.
    words.map((key) => `lb1 ${key.slice(0, -4)}`),
    words.map((key) => `lb1 ssh-dss ${key.split(' ')[1] ?? ''}`),
    words.map((key) => `lb1 ${key.split(' ')[0] ?? ''} ${key.split(' ')[1]?.slice(0, 40) ?? ''}`),
  );
  return fc.record({
    lines: fc.array(fc.oneof({ weight: 5, arbitrary: line }, { weight: 1, arbitrary: junk }), {
      maxLength: 6,
    }),
    name: fc
      .tuple(fc.constantFrom(...ASKED), fc.constantFrom(22, 22, 2222))
      .map(([address, port]) => knownHostName(address, port)),
    isHashed: fc.oneof(
      { weight: 3, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
  });
}

/** What ssh-keygen finds for each case: one process for all of them, which starts ssh-keygen for each. */
function askSshKeygen(
  cases: readonly KnownHostsCase[],
  files: readonly string[],
): readonly (readonly string[])[] {
  const list = cases.map(
    ({ name, isHashed }, at) => `${isHashed ? 'hash' : 'plain'} ${name} ${files[at] ?? ''}\n`,
  );
  const script = `while read -r how name file; do
    [ "$how" = plain ] || ${sshKeygen} -q -H -f "$file" >/dev/null 2>&1
    ${sshKeygen} -l -F "$name" -f "$file" 2>/dev/null
    echo ==
  done`;
  const output = execFileSync('/bin/sh', ['-c', script], { input: list.join(''), encoding: 'utf8' });
  return output.split('==\n').slice(0, -1).map(foundLines);
}

/** `# Host NAME found: line N MARKER`, then the fingerprint. */
function foundLines(answer: string): readonly string[] {
  const found = /^# Host \S+ found: line (\d+) (\w*)\n.*?(SHA256:\S+)/gm;
  return [...answer.matchAll(found)].map(
    ([, line, marker, print]) => `${line ?? ''} ${marker ?? ''} ${print ?? ''}`,
  );
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
