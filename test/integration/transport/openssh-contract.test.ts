import { describe, test } from 'vitest';
import { createOpensshTransport } from '../../../src/transport/openssh/openssh.ts';
import { Sshd, sshdIsAvailable } from '../../support/sshd.ts';
import { openSsh } from './contract-ssh.ts';
import { transportContract } from './contract.ts';

if (sshdIsAvailable) {
  transportContract("OpenSSH's client to a real sshd", () =>
    openSsh(createOpensshTransport, {
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
  describe("OpenSSH's client keeps the transport contract", () => {
    test.skip('needs root and openssh-server: apt-get install openssh-server', () => undefined);
  });
}
