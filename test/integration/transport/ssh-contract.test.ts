import { describe, test } from 'vitest';
import { createSshTransport } from '../../../src/transport/ssh/ssh.ts';
import { SshServer } from '../../support/ssh-server.ts';
import { Sshd, sshdIsAvailable } from '../../support/sshd.ts';
import { openSsh } from './contract-ssh.ts';
import { transportContract } from './contract.ts';

transportContract('ssh to a server in this process', () =>
  openSsh(createSshTransport, {
    quiet: (key) => SshServer.start({ authorized: [key] }),
    noisy: (key) => SshServer.start({ authorized: [key], noise: 'Welcome!\nYou have mail' }),
  }),
);

// Runs in a container with openssh-server; elsewhere it is a visible skip, not a silent pass.
if (sshdIsAvailable) {
  transportContract('ssh to a real sshd', () =>
    openSsh(createSshTransport, {
      quiet: (key, directory) => Sshd.start({ directory, authorized: [key] }),
      noisy: (key, directory) =>
        Sshd.start({
          directory,
          authorized: [key],
          settings: [`ForceCommand echo motd; printf 'no newline' >&2; eval "$SSH_ORIGINAL_COMMAND"`],
        }),
    }),
  );
} else {
  describe('ssh to a real sshd keeps the transport contract', () => {
    test.skip('needs root and openssh-server: apt-get install openssh-server', () => undefined);
  });
}
