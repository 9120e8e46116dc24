import { rename } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { PasswordLogin } from '../../support/password-login.ts';
import { refusalOf } from '../../support/refusal-of.ts';
import { Resources } from '../../support/resources.ts';
import { ScriptedPerson } from '../../support/scripted-person.ts';
import { SshAgent } from '../../support/ssh-agent.ts';
import { makeEncryptedKey, makeKey, storeKey, type TestKey } from '../../support/ssh-keys.ts';
import { sshHome, type SshHome } from '../../support/ssh-home.ts';
import { SshServer } from '../../support/ssh-server.ts';

test('a passphrase is asked for once, hidden, for all hosts that the key is for', async () => {
  await using lab = await lockedLab();
  const person = new ScriptedPerson('correct horse');
  const transport = lab.home.transport({ terminal: person });
  const targets = ['lb1', 'lb2', 'lb3'].map((host) => lab.target({ host }));
  const sessions = await Promise.all(targets.map((target) => transport.connect(target)));
  for (const session of sessions) await session[Symbol.asyncDispose]();
  expect(person.asked).toEqual([{ question: `Enter passphrase for key '${lab.file}': `, isSecret: true }]);
});

test('a wrong passphrase is asked for again', async () => {
  await using lab = await lockedLab();
  const person = new ScriptedPerson('wrong', 'Correct Horse', 'correct horse');
  await using session = await lab.home.transport({ terminal: person }).connect(lab.target());
  expect(session.host).toBe('lb1');
  expect(person.questions).toEqual(
    Array.from({ length: 3 }, () => `Enter passphrase for key '${lab.file}': `),
  );
});

test.each([
  [['wrong', 'wrong', 'wrong'], 'stays locked: none of the passphrases was right'],
  [['wrong', ''], 'has a passphrase, and none was given'],
  [[undefined], 'has a passphrase, and none was given'],
])('answers %j leave the key locked, for every host, before anything is sent', async (answers, says) => {
  await using lab = await lockedLab();
  const person = new ScriptedPerson(...answers);
  const transport = lab.home.transport({ terminal: person });
  for (const host of ['lb1', 'lb2']) {
    const error = await refusalOf(transport.connect(lab.target({ host })));
    expect(error).toMatchObject({
      code: 'authentication-failed',
      message: `${host}: the private key ${lab.file} ${says}`,
    });
    expect(`${error.message} ${error.hints.join(' ')}`).not.toMatch(/wrong\b.*passphrase|Correct/);
  }
  expect(person.asked).toHaveLength(answers.length);
  expect(lab.server.connections).toBe(0);
});

test('nobody is asked for a passphrase that the agent makes needless', async () => {
  await using lab = await lockedLab();
  await using agent = await SshAgent.start(`${lab.home.path}/agent`, [makeKey(), lab.key]);
  const person = new ScriptedPerson();
  const transport = lab.home.transport({ terminal: person, agentSocket: agent.socket });
  await using session = await transport.connect(lab.target());
  expect(session.host).toBe('lb1');
  expect(person.asked).toEqual([]);
});

test('a public key in place of a private one means that the agent is to sign', async () => {
  await using lab = await lockedLab();
  await using agent = await SshAgent.start(`${lab.home.path}/agent`, [makeKey(), lab.key]);
  const target = lab.target({ identityFiles: [`${lab.file}.pub`] });
  await using session = await lab.home.transport({ agentSocket: agent.socket }).connect(target);
  expect(session.host).toBe('lb1');
  expect(lab.server.authAttempts).toHaveLength(1);
  const error = await refusalOf(lab.home.transport().connect(target));
  expect(error.message).toBe(
    `lb1: the private key ${lab.file}.pub is a public key, and the agent does not hold its private half`,
  );
});

test('the passphrase of a default key is asked for when there is nothing else', async () => {
  await using lab = await lockedLab();
  const byDefault = lab.target({ identityFiles: [] });
  await rename(lab.file, `${lab.home.path}/.ssh/id_ed25519`);
  const person = new ScriptedPerson('correct horse');
  await using session = await lab.home.transport({ terminal: person }).connect(byDefault);
  expect(session.host).toBe('lb1');
  const error = await refusalOf(lab.home.transport().connect(byDefault));
  expect(error.message).toBe('lb1: there is no key to log in with');
  expect(error.hints[0]).toBe(
    `${lab.home.path}/.ssh/id_ed25519 has a passphrase: ssh-add ${lab.home.path}/.ssh/id_ed25519`,
  );
});

test('the passphrase of a default key is not asked for when there is a key without one, or a password', async () => {
  await using lab = await lockedLab();
  await rename(lab.file, `${lab.home.path}/.ssh/id_ed25519`);
  const person = new ScriptedPerson();
  const transport = lab.home.transport({ terminal: person });
  const withPassword = lab.target({ identityFiles: [], password: new Secret('by password') });
  await (await transport.connect(withPassword))[Symbol.asyncDispose]();
  await storeKey(`${lab.home.path}/.ssh/id_ecdsa`, lab.home.key);
  await using session = await lab.home
    .transport({ terminal: person })
    .connect(lab.target({ identityFiles: [] }));
  expect(session.host).toBe('lb1');
  expect(person.asked).toEqual([]);
});

interface LockedLab extends AsyncDisposable {
  readonly home: SshHome;
  readonly server: SshServer;
  /** Under the passphrase `correct horse`. */
  readonly key: TestKey;
  readonly file: string;
  readonly target: SshHome['target'] extends (properties: infer Properties) => infer Target
    ? (properties?: Properties) => Target
    : never;
}

async function lockedLab(): Promise<LockedLab> {
  const resources = new Resources();
  const home = resources.use(await sshHome());
  const key = makeEncryptedKey('correct horse');
  const file = await storeKey(`${home.path}/locked`, key);
  const server = resources.use(
    await SshServer.start({
      authorized: [key, home.key],
      methods: ['publickey', 'password'],
      passwords: new PasswordLogin({ password: 'by password' }),
    }),
  );
  await home.trust(server.port, server.hostKeys[0] ?? expect.fail());
  return {
    home,
    server,
    key,
    file,
    target: (properties = {}) => home.target({ port: server.port, identityFiles: [file], ...properties }),
    [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose](),
  };
}
