import { describe, expect, test } from 'vitest';
import { explainSsh, isTransientSsh } from '../../../src/transport/openssh/ssh-stderr.ts';
import { testTarget } from '../../support/targets.ts';

const target = testTarget({ address: '192.0.2.11', port: 2222, user: 'ops', knownHostsFiles: ['/known'] });

// Printed by OpenSSH 9.2 on Debian 12 in the situations that the messages name.
const changed = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
The fingerprint for the ED25519 key sent by the remote host is
SHA256:2vx2Jz0tVQzd6k9bT4rkbqNDS7LhWhyC1b1Yk0JXb1E.
Please contact your system administrator.
Offending ED25519 key in /known:7
Host key for 192.0.2.11 has changed and you have requested strict checking.
Host key verification failed.`;

describe('what ssh prints is told in our words', () => {
  test.each([
    [changed, 'host-key-changed', /^lb1: 192\.0\.2\.11 shows SHA256:2vx2\S{39}, but \/known:7 knows it/],
    [
      'No ED25519 host key is known for 192.0.2.11 and you have requested strict checking.\r\nHost key verification failed.',
      'host-key-unknown',
      /^lb1: the host key of 192\.0\.2\.11 is not in \/known$/,
    ],
    ['@       WARNING: REVOKED HOST KEY DETECTED!               @', 'host-key-changed', /is revoked$/],
    [
      'ops@192.0.2.11: Permission denied (publickey,password).',
      'authentication-failed',
      /^lb1 refuses to log in ops by OpenSSH's ssh; it accepts publickey, password$/,
    ],
    [
      'Received disconnect from 192.0.2.11 port 22:2: Too many authentication failures',
      'authentication-failed',
      /too many keys were offered$/,
    ],
    [
      'ssh: connect to host 192.0.2.11 port 2222: Connection refused',
      'connect-failed',
      /^lb1: nothing listens there \(192\.0\.2\.11 port 2222\)$/,
    ],
    [
      'ssh: Could not resolve hostname cp1: Name or service not known',
      'connect-failed',
      /the name has no address/,
    ],
    ['ssh: connect to host x port 22: No route to host', 'connect-failed', /there is no way to it/],
    ['Connection timed out during banner exchange', 'connect-failed', /it does not answer/],
    [
      'Unable to negotiate with 192.0.2.11 port 22: no matching host key type found. Their offer: ssh-rsa',
      'connect-failed',
      /there is no algorithm that both sides know .*: Unable to negotiate .* Their offer: ssh-rsa$/,
    ],
    [
      '/home/ops/.ssh/config: line 3: Bad configuration option: prot\n/home/ops/.ssh/config: terminating, 1 bad configuration options',
      'connect-failed',
      /ssh does not accept its configuration: .*line 3: Bad configuration option: prot$/,
    ],
    [
      'kex_exchange_identification: Connection closed by remote host\nConnection closed by 192.0.2.11 port 22',
      'connect-failed',
      /it closed the connection before the login was done/,
    ],
  ])('%j', (stderr, code, message) => {
    expect(explainSsh(target, stderr)).toMatchObject({
      code,
      host: 'lb1',
      message: expect.stringMatching(message) as string,
    });
  });

  test('and is left alone when it is not ssh that speaks', () => {
    expect(explainSsh(target, 'Welcome!\nsudo: a password is required')).toBeUndefined();
  });
});

test.each([
  ['kex_exchange_identification: Connection closed by remote host', true],
  ['kex_exchange_identification: read: Connection reset by peer', true],
  ['Connection reset by 192.0.2.11 port 22', true],
  ['Connection closed by 192.0.2.11 port 22\nops@x: Permission denied (publickey).', false],
  [
    'Stdio forwarding request failed: Session open refused by peer\nkex_exchange_identification: Connection closed by remote host',
    false,
  ],
  ['ssh: connect to host x port 22: Connection refused', false],
  ['', false],
])(
  'only a connection that was closed before anything was told may be tried again: %j',
  (stderr, expected) => {
    expect(isTransientSsh(stderr)).toBe(expected);
  },
);
