import { expect, test } from 'vitest';
import { explainRefusal } from '../../../src/transport/become-refusal.ts';
import { testTarget } from '../../support/targets.ts';

// The words of OpenSSH 9.2 on Debian 12 for a key of a user after `chage -d 0`, as a lab host said them.
test('a login that ends because the password has expired says so, though no password was asked for', () => {
  const refusal = explainRefusal({
    target: testTarget({ user: 'alice', knownHostsFiles: [] }),
    stderr:
      'You are required to change your password immediately (administrator enforced).\n' +
      'Password change required but no TTY available.\n',
    stdout: '',
    reason: 'the shell ended (exit 1)',
  });
  expect(refusal).toMatchObject({
    code: 'authentication-failed',
    message: 'lb1 refuses to log in alice: the password has expired',
    hints: ['log in once and give it a new one: ssh alice@lb1'],
  });
});
