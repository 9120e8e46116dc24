import { describe, test } from 'vitest';
import { createSshTransport } from '../../../src/transport/ssh/ssh.ts';
import { Resources } from '../../support/resources.ts';
import { makeKey, storeKey, type TestKey } from '../../support/ssh-keys.ts';
import { SshServer } from '../../support/ssh-server.ts';
import { Sshd, sshdIsAvailable } from '../../support/sshd.ts';
import { testTarget } from '../../support/targets.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import type { ContractFixture, ContractSession } from './contract-fixture.ts';
import { transportContract } from './contract.ts';

transportContract('ssh to a server in this process', () =>
  openSsh({
    quiet: (key) => SshServer.start({ authorized: [key] }),
    noisy: (key) => SshServer.start({ authorized: [key], noise: 'Welcome!\nYou have mail' }),
  }),
);

// Runs in a container with openssh-server; elsewhere it is a visible skip, not a silent pass.
if (sshdIsAvailable) {
  transportContract('ssh to a real sshd', () =>
    openSsh({
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

interface Servers {
  readonly quiet: (key: TestKey, directory: string) => Promise<AsyncDisposable & { readonly port: number }>;
  readonly noisy: (key: TestKey, directory: string) => Promise<AsyncDisposable & { readonly port: number }>;
}

async function openSsh(servers: Servers): Promise<ContractFixture> {
  const resources = new Resources();
  const directory = resources.use(await temporaryDirectory());
  const key = makeKey();
  const identity = await storeKey(`${directory.path}/id`, key);
  const transport = createSshTransport({ home: directory.path });
  const connectTo = async (port: number): Promise<ContractSession> => {
    const proxy = resources.use(await TcpProxy.to(port));
    const target = testTarget({
      port: proxy.port,
      identityFiles: [identity],
      knownHostsFiles: [`${directory.path}/known_hosts`],
      strictHostKeyChecking: 'accept-new',
    });
    return { session: resources.use(await transport.connect(target)), cut: () => proxy.cut() };
  };
  const quiet = resources.use(await servers.quiet(key, directory.path));
  return {
    connect: () => connectTo(quiet.port),
    connectThroughNoise: async () => {
      const noisy = resources.use(await servers.noisy(key, directory.path));
      return connectTo(noisy.port);
    },
    [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose](),
  };
}
