import { expect, test } from 'vitest';
import {
  judgeHostKey,
  knownHostLine,
  knownHostName,
  linesFor,
  parseKnownHosts,
} from '../../../src/transport/known-hosts.ts';

// Public halves of keys made for this test with ssh-keygen (OpenSSH 9.2p1); the hashed line is from `ssh-keygen -H`.
const ed25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB3HqC5pSvCsgd2k2uDN6LtHI7mHxC/beV3dSN7yaBgp';
const otherEd25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINlLKnc4FFT8yuRcQLFDZ8UqV7PTLpJGasPD9fM0cZU7';
const ecdsa =
  'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBJ9BwCE+Xxzghrgd3M1CQq0TYqTpgkxLz3pShDkVRWbT61eQe+tZhL8CF0b7ckOMiNypwziP4SKIVCliuRoOZG0=';
const hashedLb1 =
  '|1|C24HvBw+yLmDDn77HgkI6ccfnm4=|dazqsHahnj2GD8moB1lERWf3VXE= ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB3HqC5pSvCsgd2k2uDN6LtHI7mHxC/beV3dSN7yaBgp';

test.each([
  { line: `lb1 ${ed25519}`, names: ['lb1'], notNames: ['lb2', 'lb1.example.org', '[lb1]:2222'] },
  { line: `LB1,192.0.2.1 ${ed25519} ann@desk`, names: ['lb1', '192.0.2.1'], notNames: ['192.0.2.10'] },
  { line: `[lb1]:2222 ${ed25519}`, names: ['[lb1]:2222'], notNames: ['lb1', '[lb1]:22'] },
  {
    line: `*.example.org,!bad.example.org ${ed25519}`,
    names: ['a.example.org'],
    notNames: ['bad.example.org'],
  },
  { line: `lb? ${ed25519}`, names: ['lb1', 'lbx'], notNames: ['lb', 'lb12'] },
  { line: `* ${ed25519}`, names: ['lb1', '[lb1]:2222'], notNames: [] },
  { line: `!lb1 ${ed25519}`, names: [], notNames: ['lb1', 'lb2'] },
  { line: `lb1.x ${ed25519}`, names: ['lb1.x'], notNames: ['lb1ax'] },
  { line: hashedLb1, names: ['lb1'], notNames: ['lb2', '[lb1]:2222'] },
  { line: `2001:db8::1 ${ed25519}`, names: ['2001:db8::1'], notNames: ['2001:db8::10'] },
  { line: `\tlb1\t${ed25519}`, names: ['lb1'], notNames: [] },
])('$line', ({ line, names, notNames }) => {
  const lines = parseKnownHosts(line, 'known_hosts');
  expect(names.filter((name) => linesFor(name, lines).length === 1)).toEqual(names);
  expect(notNames.filter((name) => linesFor(name, lines).length === 1)).toEqual([]);
});

test.each([
  '',
  '# lb1 ssh-ed25519 AAAA',
  'lb1',
  'lb1 ssh-ed25519',
  'lb1 ssh-ed25519 not-base64',
  `lb1 ssh-rsa ${ed25519.split(' ')[1] ?? ''}`,
  `@unknown lb1 ${ed25519}`,
  'lb1 1024 35 1234567890',
  `|1|only-a-salt ${ed25519}`,
  // One byte short of a key.
  'lb1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAHx3HqC5pSvCsgd2k2uDN6LtHI7mHxC/beV3dSN7yaBg=',
  hashedLb1.replace('VXE= ', 'VXE=| '),
  'lb1 ssh-foo AAAAB3NzaC1mb28=',
])('the line %j makes no host known', (line) => {
  expect(linesFor('lb1', parseKnownHosts(line, 'known_hosts'))).toEqual([]);
});

test('a host is looked up in lower case, with its port unless that is 22', () => {
  expect([knownHostName('LB1', 22), knownHostName('lb1', 2222), knownHostName('2001:DB8::1', 2222)]).toEqual([
    'lb1',
    '[lb1]:2222',
    '[2001:db8::1]:2222',
  ]);
});

test.each([
  { lines: '', verdict: 'unknown' },
  { lines: `lb1 ${ed25519}`, verdict: 'known' },
  { lines: `lb1 ${otherEd25519}\nlb1 ${ed25519}`, verdict: 'known' },
  { lines: `lb1 ${otherEd25519}`, verdict: 'changed', line: 1 },
  { lines: `lb1 ${ecdsa}\nlb1 ${otherEd25519}`, verdict: 'changed', line: 2 },
  { lines: `lb1 ${ecdsa}`, verdict: 'changed', line: 1 },
  { lines: `lb1 ${ed25519}\n@revoked * ${ed25519}`, verdict: 'revoked', line: 2 },
  { lines: `lb1 ${ed25519}\n@revoked * ${ecdsa}`, verdict: 'known' },
  { lines: `@cert-authority * ${ed25519}`, verdict: 'needs-certificate', line: 1 },
  { lines: `@cert-authority * ${ed25519}\nlb1 ${ed25519}`, verdict: 'known' },
  { lines: `@cert-authority * ${ed25519}\nlb1 ${otherEd25519}`, verdict: 'changed', line: 2 },
  { lines: `@cert-authority * ${ed25519}\n@revoked * ${ed25519}`, verdict: 'revoked', line: 2 },
])('a key is $verdict to\n$lines', ({ lines, verdict, line }) => {
  const judged = judgeHostKey(blob(ed25519), linesFor('lb1', parseKnownHosts(lines, '/known_hosts')));
  expect(judged.verdict).toBe(verdict);
  expect('known' in judged ? judged.known : undefined).toEqual(
    line === undefined ? undefined : expect.objectContaining({ file: '/known_hosts', line }),
  );
});

test('the line for a new host is read back as the same key', () => {
  const line = knownHostLine('[lb1]:2222', blob(ed25519));
  expect(line).toBe(`[lb1]:2222 ${ed25519}\n`);
  expect(judgeHostKey(blob(ed25519), parseKnownHosts(line, 'f')).verdict).toBe('known');
});

function blob(words: string): Buffer {
  return Buffer.from(words.split(' ')[1] ?? '', 'base64');
}
