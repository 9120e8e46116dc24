import fc from 'fast-check';
import { expect, test } from 'vitest';
import { redactContent, redactSource } from '../../../src/report/redact.ts';

test.each([
  ['    auth_pass hunter2', '    auth_pass [redacted]'],
  ['    auth_pass "two words" # comment', '    auth_pass [redacted]'],
  ['# auth_pass hunter2', '# auth_pass [redacted]'],
  ['    auth_pass hunter2\r', '    auth_pass [redacted]\r'],
  ['    auth_type PASS', '    auth_type PASS'],
  ['  auth_hmac { key hunter2 }', '  auth_hmac { key [redacted] }'],
  ['  auth_hmac hunter2', '  auth_hmac [redacted]'],
  ['  auth_hmac {\n    key hunter2\n  }\n  key value', '  auth_hmac {\n    key [redacted]\n  }\n  key value'],
  ['user ada insecure-password hunter2 groups x', 'user ada insecure-password [redacted] groups x'],
  ['  stats auth ada:hunter2', '  stats auth ada:[redacted]'],
  [
    '-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----\nafter',
    '-----BEGIN EC PRIVATE KEY-----\n[redacted]\n-----END EC PRIVATE KEY-----\nafter',
  ],
  ['priority 250', 'priority 250'],
])('%j becomes %j', (text, expected) => {
  expect(redactContent(text)).toBe(expected);
});

test('a text keeps its number of lines', () => {
  const line = fc.constantFrom(
    'auth_hmac {',
    '}',
    'key a b',
    'auth_pass x',
    '-----BEGIN PRIVATE KEY-----',
    '',
    'x\r',
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      expect(redactContent(lines.join('\n')).split('\n')).toHaveLength(Math.max(1, lines.length));
    }),
  );
});

test.each([
  ['ansible_password: hunter2', 'ansible_password: [redacted]'],
  ['  "ansible_become_pass": "hunter2"', '  "ansible_become_pass": [redacted]'],
  ['cp1 ansible_ssh_pass=hunter2 ansible_user=ada', 'cp1 ansible_ssh_pass=[redacted] ansible_user=ada'],
  ["cp1 ansible_password='two words' x=1", 'cp1 ansible_password=[redacted] x=1'],
  ['vault_password_file: ~/.vault', 'vault_password_file: ~/.vault'],
  ['vrid: 300', 'vrid: 300'],
])('a source line %j is shown as %j', (line, expected) => {
  expect(redactSource(line)).toBe(expected);
});
