import { expect, test } from 'vitest';
import { NeedsOpenssh } from '../../../src/transport/ssh/needs-openssh.ts';
import { explainLogin, isTransientLoss } from '../../../src/transport/ssh/ssh-error.ts';
import { testTarget } from '../../support/targets.ts';

const target = testTarget({ address: '192.0.2.1', user: 'ops', knownHostsFiles: [] });
const nothingSaid = { offered: [], accepted: [], isPartial: false, troubles: [] };

test.each([
  { error: { message: '', code: 'ECONNREFUSED' }, says: 'nothing listens there' },
  { error: { message: 'getaddrinfo ENOTFOUND lb9', code: 'ENOTFOUND' }, says: 'the name has no address' },
  { error: { message: 'getaddrinfo EAI_AGAIN lb9', code: 'EAI_AGAIN' }, says: 'the name has no address' },
  {
    error: { message: 'connect EHOSTUNREACH 192.0.2.1:22', code: 'EHOSTUNREACH' },
    says: 'there is no way to it',
  },
  { error: { message: 'connect ENETUNREACH', code: 'ENETUNREACH' }, says: 'there is no way to it' },
  { error: { message: 'connect ETIMEDOUT 192.0.2.1:22', code: 'ETIMEDOUT' }, says: 'it does not answer' },
  { error: { message: 'Timed out while waiting for handshake' }, says: 'it does not answer' },
  {
    error: { message: 'Handshake failed: no matching key exchange algorithm' },
    says: 'there is no algorithm that both sides know',
  },
  {
    error: { message: 'Connection lost before handshake' },
    says: 'it closed the connection before the handshake',
  },
  {
    error: { message: 'read ECONNRESET', code: 'ECONNRESET' },
    says: 'it closed the connection before the handshake',
  },
  {
    error: { message: '(SSH) Channel open failure: open failed', reason: 1 },
    says: 'the bastion does not forward connections',
  },
  {
    error: { message: '(SSH) Channel open failure: Connection refused', reason: 2 },
    says: 'nothing listens there',
  },
  {
    error: { message: '(SSH) Channel open failure: open failed', reason: 2 },
    says: 'the bastion cannot connect to it',
  },
  { error: { message: 'Bad packet length' }, says: 'the connection failed: Bad packet length' },
])('$error is told as "$says", with advice', ({ error, says }) => {
  const explained = explainLogin(target, Object.assign(new Error(error.message), error), nothingSaid);
  expect(explained).toMatchObject({
    code: 'connect-failed',
    host: 'lb1',
    message: `lb1: ${says} (192.0.2.1 port 22)`,
  });
  expect(explained.hints.length).toBeGreaterThan(0);
  expect(explained.cause).toBeInstanceOf(Error);
});

test('a refused login says who, with which keys, and what would be accepted', () => {
  const error = new Error('All configured authentication methods failed');
  const progress = {
    ...nothingSaid,
    offered: ['/k1', 'agent key desk'],
    accepted: ['publickey', 'password'],
  };
  expect(explainLogin(target, error, progress)).toMatchObject({
    code: 'authentication-failed',
    message: 'lb1 refuses to log in ops: offered /k1, agent key desk; it accepts publickey, password',
  });
});

test.each([
  { message: 'Connection lost before handshake', offered: [], again: true },
  { message: 'read ECONNRESET', code: 'ECONNRESET', offered: [], again: true },
  { message: 'read ECONNRESET', code: 'ECONNRESET', offered: ['/k1'], again: false },
  { message: 'it was closed before the login was done', offered: [], again: true },
  { message: 'connect ECONNREFUSED', code: 'ECONNREFUSED', offered: [], again: false },
  { message: 'Timed out while waiting for handshake', offered: [], again: false },
  { message: 'All configured authentication methods failed', offered: [], again: false },
])('after "$message" with $offered offered, another try: $again', ({ message, code, offered, again }) => {
  const error = Object.assign(new Error(message), { code });
  expect(isTransientLoss(error, { ...nothingSaid, offered })).toBe(again);
});

test.each([
  {
    when: 'only keys were offered to a host that takes passwords',
    progress: { offered: ['/k1'], accepted: ['publickey', 'password'] },
    says: 'offered /k1; it accepts publickey, password',
    hints: [/^put the public key/, /^or log in with a password: --ask-pass/],
  },
  {
    when: 'the password was wrong',
    progress: { offered: ['/k1', 'the password'], accepted: ['publickey', 'password'] },
    says: 'offered /k1, the password; it accepts publickey, password',
    hints: [/^the password is tried once/],
  },
  {
    when: 'the key was right and a password is wanted as well',
    progress: { offered: ['/k1'], accepted: ['password'], isPartial: true },
    says: 'offered /k1; that is not enough: it also wants password',
    hints: [/^log in with a password: --ask-pass/],
  },
  {
    when: 'there was nothing to offer',
    progress: { offered: [], accepted: ['publickey'] },
    says: 'nothing it accepts could be offered; it accepts publickey',
    hints: [/^put the public key/],
  },
])('when $when the user hears that, and what to do', ({ progress, says, hints }) => {
  const error = new Error('All configured authentication methods failed');
  const explained = explainLogin(target, error, { ...nothingSaid, ...progress });
  expect(explained.message).toBe(`lb1 refuses to log in ops: ${says}`);
  expect(explained.hints.slice(0, -1)).toEqual(hints.map((hint) => expect.stringMatching(hint) as string));
  expect(explained).not.toBeInstanceOf(NeedsOpenssh);
});

test.each([
  [
    'a host that takes Kerberos only',
    'All configured authentication methods failed',
    ['gssapi-with-mic', 'hostbased'],
  ],
  ['a host with post-quantum key exchange only', 'Handshake failed: no matching key exchange algorithm', []],
])("%s is one for the system's ssh", (_what, message, accepted) => {
  const explained = explainLogin(target, new Error(message), { ...nothingSaid, accepted });
  expect(explained).toBeInstanceOf(NeedsOpenssh);
  expect(explained.hints[0]).toContain('--transport openssh');
});
