import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { SshAgent } from '../../support/ssh-agent.ts';
import { makeEncryptedKey, makeKey, storeKey, type TestKey } from '../../support/ssh-keys.ts';
import { publicWords, sshHome, type SshHome } from '../../support/ssh-home.ts';
import { SshServer } from '../../support/ssh-server.ts';

test('only the keys the inventory names are offered, in their order, whatever the agent holds', async () => {
  await using home = await sshHome();
  await using server = await trustedServer(home, { authorized: [home.key] });
  const other = makeKey('ecdsa');
  const otherFile = await storeKey(`${home.path}/other`, other);
  await storeKey(`${home.path}/.ssh/id_ed25519`, makeKey());
  await using agent = await SshAgent.start(`${home.path}/agent`, manyKeys(10));
  const transport = home.transport({ agentSocket: agent.socket });
  await using session = await transport.connect(
    home.target({ port: server.port, identityFiles: [otherFile, home.identity] }),
  );
  expect(session.host).toBe('lb1');
  expect(server.authAttempts.map((attempt) => attempt.key)).toEqual([
    publicWords(other),
    publicWords(home.key),
  ]);
  expect(server.authAttempts.map((attempt) => attempt.method)).toEqual(['publickey', 'publickey']);
});

test('without a named key the agent is asked first, then the default files; none is offered twice', async () => {
  await using home = await sshHome();
  const held = manyKeys(2);
  const [inBoth] = held;
  const inFile = makeKey();
  await using server = await trustedServer(home, { authorized: [inFile] });
  await storeKey(`${home.path}/.ssh/id_ed25519`, inBoth ?? expect.fail());
  await storeKey(`${home.path}/.ssh/id_ecdsa`, inFile);
  await using agent = await SshAgent.start(`${home.path}/agent`, held);
  const transport = home.transport({ agentSocket: agent.socket });
  const target = home.target({ port: server.port, identityFiles: [] });
  await using first = await transport.connect(target);
  await using second = await transport.connect({ ...target, port: server.port });
  expect([first.host, second.host]).toEqual(['lb1', 'lb1']);
  expect(server.authAttempts.slice(0, 3).map((attempt) => attempt.key)).toEqual(
    [...held, inFile].map(publicWords),
  );
  expect(agent.listings).toBe(1);
});

test('a key that the agent holds logs in', async () => {
  await using home = await sshHome();
  await using server = await trustedServer(home, { authorized: [home.key] });
  await using agent = await SshAgent.start(`${home.path}/agent`, [home.key]);
  const transport = home.transport({ agentSocket: agent.socket });
  await using session = await transport.connect(home.target({ port: server.port, identityFiles: [] }));
  expect(session.host).toBe('lb1');
});

test('a named key with a passphrase is used through the agent that holds it', async () => {
  await using home = await sshHome();
  const key = makeEncryptedKey('correct horse');
  const file = await storeKey(`${home.path}/locked`, key);
  await using server = await trustedServer(home, { authorized: [key] });
  await using agent = await SshAgent.start(`${home.path}/agent`, [...manyKeys(6), key]);
  const transport = home.transport({ agentSocket: agent.socket });
  await using session = await transport.connect(home.target({ port: server.port, identityFiles: [file] }));
  expect(session.host).toBe('lb1');
  expect(server.authAttempts.map((attempt) => attempt.key)).toEqual([publicWords(key)]);
});

test('an agent that will not sign is named as the reason', async () => {
  await using home = await sshHome();
  await using server = await trustedServer(home, { authorized: [home.key] });
  await using agent = await SshAgent.start(`${home.path}/agent`, [home.key]);
  agent.refuses = true;
  const transport = home.transport({ agentSocket: agent.socket });
  await expect(
    transport.connect(home.target({ port: server.port, identityFiles: [] })),
  ).rejects.toMatchObject({
    code: 'authentication-failed',
    hints: [
      expect.stringMatching(/^a key could not be used: .*agent/i),
      expect.any(String),
      expect.any(String),
    ],
  });
});

test('an agent that is gone is no obstacle when there is a key file', async () => {
  await using home = await sshHome();
  await using server = await trustedServer(home, { authorized: [home.key] });
  await rename(home.identity, `${home.path}/.ssh/id_ed25519`);
  const transport = home.transport({ agentSocket: `${home.path}/no-such-agent` });
  await using session = await transport.connect(home.target({ port: server.port, identityFiles: [] }));
  expect(session.host).toBe('lb1');
});

test('a refused login names the user, the keys and what the host accepts, and is never repeated', async () => {
  await using home = await sshHome();
  await using server = await trustedServer(home, {
    authorized: [makeKey()],
    methods: ['publickey', 'password'],
  });
  const attempt = home.transport().connect(home.target({ port: server.port, user: 'ops' }));
  await expect(attempt).rejects.toMatchObject({
    code: 'authentication-failed',
    host: 'lb1',
    message: `lb1 refuses to log in ops: offered ${home.identity}; it accepts publickey, password`,
  });
  expect(server.connections).toBe(1);
  expect(server.authAttempts).toHaveLength(1);
});

test('a host that takes passwords only is offered no second key', async () => {
  await using home = await sshHome();
  await using server = await trustedServer(home, { authorized: [], methods: ['password'] });
  const second = await storeKey(`${home.path}/second`, makeKey());
  const target = home.target({ port: server.port, identityFiles: [home.identity, second] });
  await expect(home.transport().connect(target)).rejects.toMatchObject({
    message: expect.stringContaining('it accepts password') as string,
  });
  expect(server.authAttempts).toHaveLength(1);
});

test.each([
  {
    what: 'is missing',
    spoil: (file: string) => rm(file),
    says: 'does not exist',
    hint: 'check ansible_ssh_private_key_file and --private-key',
  },
  {
    what: 'can be read by others',
    spoil: (file: string) => chmod(file, 0o640),
    says: 'can be read by others, so it is refused as ssh would',
    hint: 'chmod 600 ',
  },
  {
    what: 'is not a key',
    spoil: (file: string) => writeFile(file, 'hello\n'),
    says: 'is not an Ed25519, ECDSA or RSA private key',
    hint: 'look at it: ssh-keygen -lf ',
  },
  {
    what: 'has a passphrase nobody entered',
    spoil: (file: string) => writeFile(file, makeEncryptedKey('secret').privateText),
    says: 'has a passphrase, and the agent does not hold it',
    hint: 'load it into the agent: ssh-add ',
  },
])('a named key that $what is reported before anything is sent', async ({ spoil, says, hint }) => {
  await using home = await sshHome();
  await using server = await trustedServer(home, { authorized: [home.key] });
  await spoil(home.identity);
  await expect(home.transport().connect(home.target({ port: server.port }))).rejects.toMatchObject({
    code: 'authentication-failed',
    message: `lb1: the private key ${home.identity} ${says}`,
    hints: [expect.stringContaining(hint)],
  });
  expect(server.connections).toBe(0);
});

test('without any key the user hears where one was looked for', async () => {
  await using home = await sshHome();
  const target = home.target({ port: 1, identityFiles: [] });
  await expect(home.transport().connect(target)).rejects.toMatchObject({
    code: 'authentication-failed',
    message: 'lb1: there is no key to log in with',
  });
});

async function trustedServer(
  home: SshHome,
  options: Parameters<typeof SshServer.start>[0],
): Promise<SshServer> {
  const server = await SshServer.start(options);
  await home.trust(server.port, server.hostKeys[0] ?? expect.fail());
  return server;
}

function manyKeys(count: number): readonly TestKey[] {
  return Array.from({ length: count }, () => makeKey());
}
