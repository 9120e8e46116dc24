import { ScriptedSession, type ScriptedLocks } from '../../support/scripted-session.ts';
import { testTarget } from '../../support/targets.ts';
import { fakeContract } from './contract.ts';

fakeContract('the scripted session of unit tests', async () => {
  const locks: ScriptedLocks = new Map();
  const { host } = testTarget({ knownHostsFiles: [] });
  return Promise.resolve({
    connect: async (script = []) => {
      const session = new ScriptedSession(host, script, locks);
      return Promise.resolve({ session, cut: () => session.cut() });
    },
    [Symbol.asyncDispose]: async () => Promise.resolve(),
  });
});
