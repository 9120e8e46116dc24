import { createLocalTransport } from '../../../src/transport/local.ts';
import { Resources } from '../../support/resources.ts';
import { testTarget } from '../../support/targets.ts';
import { shellOf, type ContractFixture, type ContractSession } from './contract-fixture.ts';
import { transportContract } from './contract.ts';

transportContract('the local transport', openLocal);

async function openLocal(): Promise<ContractFixture> {
  const transport = createLocalTransport({ elevate: process.getuid?.() === 0 ? 'sudo' : 'never' });
  const target = testTarget({ connection: 'local', knownHostsFiles: [] });
  const sessions = new Resources();
  return {
    async connect(): Promise<ContractSession> {
      const session = sessions.use(await transport.connect(target));
      const shell = await shellOf(session);
      return { session, cut: () => void process.kill(shell, 'SIGKILL') };
    },
    [Symbol.asyncDispose]: () => sessions[Symbol.asyncDispose](),
  };
}
