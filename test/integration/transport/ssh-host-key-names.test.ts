import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { NeedsOpenssh } from '../../../src/transport/ssh/needs-openssh.ts';
import { refusalOf } from '../../support/refusal-of.ts';
import { ScriptedPerson } from '../../support/scripted-person.ts';
import { makeKey, type TestKey } from '../../support/ssh-keys.ts';
import { publicWords, sshHome, type SshHome } from '../../support/ssh-home.ts';
import { SshServer } from '../../support/ssh-server.ts';

test('an alias stands for the host and its port', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  await home.writeKnownHosts(`lb-vip ${publicWords(firstKey(server))}\n`);
  const transport = home.transport();
  await using session = await transport.connect({ ...target(home, server), hostKeyAlias: 'LB-vip' });
  expect(session.host).toBe('lb1');
  const error = await refusalOf(transport.connect(target(home, server)));
  expect(error.code).toBe('host-key-unknown');
});

test('a new host is remembered under its alias', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  const aliased = {
    ...target(home, server),
    hostKeyAlias: 'lb-vip',
    strictHostKeyChecking: 'accept-new' as const,
  };
  await using session = await home.transport().connect(aliased);
  expect(session.host).toBe('lb1');
  expect(await home.readKnownHosts()).toBe(`lb-vip ${publicWords(firstKey(server))}\n`);
});

test.each([
  { line: '127.0.0.1', key: 'own', code: undefined },
  { line: '@revoked 127.0.0.1', key: 'own', code: 'host-key-changed' },
  // Whatever listens at 22 is another server.
  { line: '127.0.0.1', key: 'other', code: 'host-key-unknown' },
])(
  'a host known as "$line" by its $key key, and now on another port, ends with $code',
  async ({ line, key, code }) => {
    await using home = await sshHome();
    await using server = await SshServer.start({ authorized: [home.key] });
    await home.writeKnownHosts(`${line} ${publicWords(key === 'own' ? firstKey(server) : makeKey())}\n`);
    const connecting = home.transport().connect(target(home, server));
    if (code === undefined) await (await connecting)[Symbol.asyncDispose]();
    else expect((await refusalOf(connecting)).code).toBe(code);
  },
);

test("a host that only an authority vouches for is one for the system's ssh, whatever may be accepted", async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  await home.writeKnownHosts(`@cert-authority * ${publicWords(makeKey())}\n`);
  const person = new ScriptedPerson();
  for (const strictHostKeyChecking of ['yes', 'ask', 'accept-new'] as const) {
    const asked = { ...target(home, server), strictHostKeyChecking };
    const error = await refusalOf(home.transport({ terminal: person }).connect(asked));
    expect(error).toBeInstanceOf(NeedsOpenssh);
    expect(error.code).toBe('host-key-unknown');
    expect(error.message).toMatch(/is known by a certificate authority only \(.*known_hosts:1\)/);
  }
  expect([person.asked, server.authAttempts]).toEqual([[], []]);
});

test('a new key is stored before anything is said about the user', async () => {
  await using home = await sshHome();
  await using server = await SshServer.start({ authorized: [home.key] });
  await writeFile(home.knownHosts, '');
  const unwritable = {
    ...target(home, server),
    strictHostKeyChecking: 'accept-new' as const,
    knownHostsFiles: [`${home.knownHosts}/in-a-file/known_hosts`],
  };
  const error = await refusalOf(home.transport().connect(unwritable));
  expect(error.message).toContain('cannot remember its host key');
  expect(server.authAttempts).toEqual([]);
});

function target(home: SshHome, { port }: SshServer) {
  return home.target({ port, strictHostKeyChecking: 'ask' });
}

function firstKey(server: SshServer): TestKey {
  return server.hostKeys[0] ?? expect.fail();
}
