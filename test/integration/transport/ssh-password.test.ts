import { expect, test } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import type { Target } from '../../../src/domain/target.ts';
import { PasswordLogin, type PasswordLoginOptions } from '../../support/password-login.ts';
import { refusalOf } from '../../support/refusal-of.ts';
import { Resources } from '../../support/resources.ts';
import { makeKey, storeKey } from '../../support/ssh-keys.ts';
import { sshHome, type SshHome } from '../../support/ssh-home.ts';
import { SshServer, type SshServerOptions } from '../../support/ssh-server.ts';

const right = 'correct horse';

test('the password is tried after the keys', async () => {
  await using lab = await passwordLab();
  await using session = await lab.connect({ identityFiles: [lab.home.identity] });
  expect(session.host).toBe('lb1');
  expect(lab.methods()).toEqual(['publickey', 'password']);
  expect(lab.passwords.told).toEqual([right]);
});

test('a wrong password is tried once, in one way, and the user hears so', async () => {
  await using lab = await passwordLab();
  const error = await refusalOf(
    lab.connect({ password: new Secret('wrong'), identityFiles: [lab.home.identity] }),
  );
  expect(error).toMatchObject({
    code: 'authentication-failed',
    message: `lb1 refuses to log in root: offered ${lab.home.identity}, the password; it accepts publickey, password, keyboard-interactive`,
  });
  expect(error.hints[0]).toContain('the password is tried once');
  expect(lab.passwords.told).toEqual(['wrong']);
  expect(lab.server.connections).toBe(1);
});

test('without a key the host is first asked what it takes, and told no password in a way that it does not take', async () => {
  await using lab = await passwordLab({ methods: ['keyboard-interactive'] });
  await using session = await lab.connect();
  expect(session.host).toBe('lb1');
  expect(lab.methods()).toEqual(['none', 'keyboard-interactive']);
  expect(lab.passwords.told).toEqual([right]);
});

test('a host that takes keys only is told no password', async () => {
  await using lab = await passwordLab({}, { methods: ['publickey'] });
  const error = await refusalOf(lab.connect());
  expect(error.message).toBe(
    'lb1 refuses to log in root: nothing it accepts could be offered; it accepts publickey',
  );
  expect(lab.passwords.told).toEqual([]);
});

test.each([
  {
    what: 'a code and a password at once',
    rounds: [[hidden('Password: '), hidden('Verification code: ')]],
    says: 'lb1 asks root for more than a password: "Password:", "Verification code:"',
    told: [],
  },
  {
    what: 'a code after the password',
    rounds: [[hidden('Password: ')], [hidden('One-time code: ')]],
    says: 'lb1 asks root for more than a password: "One-time code:"',
    told: [right],
  },
  {
    what: 'something that shows while it is typed',
    rounds: [[{ prompt: 'Press 1 for a push:', echo: true }]],
    says: 'lb1 asks root for more than a password: "Press 1 for a push:"',
    told: [],
  },
  {
    what: 'a new password',
    rounds: [[hidden('Password: ')], [hidden('Current password: ')], [hidden('New password: ')]],
    says: 'lb1 refuses to log in root: the password has expired',
    told: [right],
  },
])('a host that asks for $what ends the login with words', async ({ rounds, says, told }) => {
  await using lab = await passwordLab({ methods: ['keyboard-interactive'], rounds });
  const error = await refusalOf(lab.connect());
  expect(error).toMatchObject({ code: 'authentication-failed', message: says });
  expect(error.hints).toHaveLength(1);
  expect(lab.passwords.told).toEqual(told);
  expect(lab.server.connections).toBe(1);
});

test('a question without a password in it is no question', async () => {
  await using lab = await passwordLab({
    methods: ['keyboard-interactive'],
    rounds: [[], [hidden('Password: ')], []],
  });
  await using session = await lab.connect();
  expect(session.host).toBe('lb1');
});

test('a password that has to be changed is not changed', async () => {
  await using lab = await passwordLab({ isExpired: true });
  const error = await refusalOf(lab.connect());
  expect(error).toMatchObject({
    code: 'authentication-failed',
    message: 'lb1 refuses to log in root: the password has expired',
    hints: [`log in once and give it a new one: ssh -p ${lab.server.port} root@127.0.0.1`],
  });
  expect(lab.passwords.told).toEqual([right]);
});

test('a host that wants a password as well as a key gets both', async () => {
  await using lab = await passwordLab({}, { keyIsNotEnough: true, known: true });
  await using session = await lab.connect({ identityFiles: [lab.home.identity] });
  expect(session.host).toBe('lb1');
  expect(lab.passwords.told).toEqual([right]);
});

test('of a host that wants a password as well as a key the user hears that the key was right', async () => {
  await using lab = await passwordLab({}, { keyIsNotEnough: true, known: true });
  const target = lab.home.target({ port: lab.server.port });
  const error = await refusalOf(lab.home.transport().connect(target));
  expect(error.message).toBe(
    `lb1 refuses to log in root: offered ${lab.home.identity}; that is not enough: it also wants password`,
  );
  expect(error.hints[0]).toContain('--ask-pass');
});

test('many keys leave the password its turn before sshd would hang up', async () => {
  await using lab = await passwordLab();
  const identityFiles = await Promise.all(
    [1, 2, 3, 4, 5, 6, 7, 8].map((n) => storeKey(`${lab.home.path}/key${n}`, makeKey())),
  );
  await using session = await lab.connect({ identityFiles });
  expect(session.host).toBe('lb1');
  expect(lab.methods()).toEqual([...Array.from({ length: 5 }, () => 'publickey'), 'password']);
});

test('a way to log in that ssh is told not to use is not used', async () => {
  await using lab = await passwordLab();
  await using session = await lab.connect({ settings: { authentications: ['keyboard-interactive'] } });
  expect(session.host).toBe('lb1');
  expect(lab.methods()).toEqual(['none', 'keyboard-interactive']);
});

test('an unknown, a changed and a revoked host are told nothing', async () => {
  await using lab = await passwordLab({}, { known: true, trusted: false });
  const codes = [];
  for (const line of ['', `[127.0.0.1]:${lab.server.port} `, '@revoked * ']) {
    const key = line.startsWith('@') ? lab.server.hostKeys[0] : makeKey();
    await lab.home.writeKnownHosts(line === '' ? '' : `${line}${key?.publicLine ?? ''}\n`);
    codes.push((await refusalOf(lab.connect({ identityFiles: [lab.home.identity] }))).code);
  }
  expect(codes).toEqual(['host-key-unknown', 'host-key-changed', 'host-key-changed']);
  expect(lab.server.authAttempts).toEqual([]);
  expect(lab.passwords.told).toEqual([]);
});

function hidden(prompt: string): { readonly prompt: string; readonly echo: false } {
  return { prompt, echo: false };
}

interface PasswordLab extends AsyncDisposable {
  readonly home: SshHome;
  readonly server: SshServer;
  readonly passwords: PasswordLogin;
  target(properties?: Partial<Target>): Target;
  connect(properties?: Partial<Target>): ReturnType<ReturnType<SshHome['transport']>['connect']>;
  /** In which ways the client tried to log in, in order. */
  methods(): readonly string[];
}

interface LabOptions extends Partial<SshServerOptions> {
  /** Whether the server knows the key of the user; default no. */
  readonly known?: boolean;
  /** Whether the user knows the server; default yes. */
  readonly trusted?: boolean;
}

async function passwordLab(
  login: Partial<PasswordLoginOptions> = {},
  { known = false, trusted = true, ...options }: LabOptions = {},
): Promise<PasswordLab> {
  const resources = new Resources();
  const home = resources.use(await sshHome());
  const passwords = new PasswordLogin({ password: right, ...login });
  const server = resources.use(
    await SshServer.start({
      authorized: known ? [home.key] : [],
      methods: ['publickey', ...(login.methods ?? ['password', 'keyboard-interactive'])],
      passwords,
      ...options,
    }),
  );
  if (trusted) await home.trust(server.port, server.hostKeys[0] ?? expect.fail());
  const target = (properties: Partial<Target> = {}): Target =>
    home.target({ port: server.port, identityFiles: [], password: new Secret(right), ...properties });
  return {
    home,
    server,
    passwords,
    target,
    connect: (properties) => home.transport().connect(target(properties)),
    methods: () => server.authAttempts.map(({ method }) => method),
    [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose](),
  };
}
