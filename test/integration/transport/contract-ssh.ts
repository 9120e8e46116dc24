import type { SshTransportOptions } from '../../../src/transport/ssh/ssh.ts';
import type { Transport } from '../../../src/transport/transport.ts';
import { Resources } from '../../support/resources.ts';
import { makeKey, storeKey, type TestKey } from '../../support/ssh-keys.ts';
import { testTarget } from '../../support/targets.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import type { ContractFixture, ContractSession } from './contract-fixture.ts';

interface Servers {
  readonly quiet: (key: TestKey, directory: string) => Promise<AsyncDisposable & { readonly port: number }>;
  readonly noisy: (key: TestKey, directory: string) => Promise<AsyncDisposable & { readonly port: number }>;
}

/** A transport over SSH with two servers, of which one prints noise at each login. */
export async function openSsh(
  create: (options: SshTransportOptions) => Transport,
  servers: Servers,
): Promise<ContractFixture> {
  const resources = new Resources();
  const directory = resources.use(await temporaryDirectory());
  const key = makeKey();
  const identity = await storeKey(`${directory.path}/id`, key);
  const transport = create({ home: directory.path });
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
