import { describe, test } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { LoginUser, sudoIsAvailable } from '../../support/login-user.ts';
import { Resources } from '../../support/resources.ts';
import { sshLab } from '../../support/ssh-lab.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import type { ContractFixture, ContractSession } from './contract-fixture.ts';
import { transportContract } from './contract.ts';

// A relay stands between the connection and the root shell then: everything has to hold through it, too.
if (sudoIsAvailable) {
  transportContract('ssh to a user of whom sudo wants a password', openSudo);
} else {
  describe('ssh to a user of whom sudo wants a password keeps the transport contract', () => {
    test.skip('needs root and apt-get install sudo', () => undefined);
  });
}

async function openSudo(): Promise<ContractFixture> {
  const resources = new Resources();
  const lab = resources.use(await sshLab());
  const user = LoginUser.create({ sudoers: ['USER ALL=(root) /bin/sh'] });
  const { uid, gid, home, name } = user;
  const connectTo = async (noise?: string): Promise<ContractSession> => {
    const server = await lab.start({
      runAs: { uid, gid },
      environment: { HOME: home },
      ...(noise === undefined ? {} : { noise }),
    });
    const proxy = resources.use(await TcpProxy.to(server.port));
    await lab.home.trust(proxy.port, server.hostKeys[0] ?? unreachable());
    const become = { method: 'sudo', password: new Secret(user.password) } as const;
    const target = lab.home.target({ port: proxy.port, user: name, become });
    return { session: resources.use(await lab.home.transport().connect(target)), cut: () => proxy.cut() };
  };
  return {
    connect: () => connectTo(),
    connectThroughNoise: () => connectTo('Password: \nSorry, try again.\n'),
    async [Symbol.asyncDispose]() {
      await resources[Symbol.asyncDispose]();
      user[Symbol.dispose]();
    },
  };
}

function unreachable(): never {
  throw new Error('a server has a host key');
}
