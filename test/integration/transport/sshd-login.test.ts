import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { probe } from '../../../src/domain/command.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { Target } from '../../../src/domain/target.ts';
import { RealAgent } from '../../support/real-agent.ts';
import { refusalOf } from '../../support/refusal-of.ts';
import { Resources } from '../../support/resources.ts';
import { makeKey, storeKey, type TestKeyType } from '../../support/ssh-keys.ts';
import { sshHome, type SshHome } from '../../support/ssh-home.ts';
import { Sshd, sshdIsAvailable, type SshdOptions } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const right = 'correct horse';
const byPassword = ['PasswordAuthentication yes', 'KbdInteractiveAuthentication no', 'UsePAM no'];
const byKeyboard = ['PasswordAuthentication no', 'KbdInteractiveAuthentication yes', 'UsePAM yes'];

const canHidePasswords =
  sshdIsAvailable &&
  spawnSync('unshare', ['--mount', 'true']).status === 0 &&
  spawnSync('openssl', ['version']).status === 0;

describe.runIf(canHidePasswords)('a password for a real sshd', () => {
  test.each([
    ['password', byPassword],
    ['keyboard-interactive', byKeyboard],
  ])('logs in by %s', async (method, settings) => {
    await using lab = await sshdLab({ settings, rootPassword: { password: right } });
    await using session = await lab.connect({ password: new Secret(right) });
    const [result] = await session.probe([probe('id', '-u')]);
    expect(Buffer.from(result?.stdout ?? []).toString()).toBe('0\n');
    expect(lab.sshd.log).toContain(`Accepted ${method}`);
  });

  test.each([
    ['password', byPassword],
    ['keyboard-interactive', byKeyboard],
  ])('is tried exactly once by %s when it is wrong', async (_method, settings) => {
    await using lab = await sshdLab({ settings, rootPassword: { password: right } });
    const error = await refusalOf(lab.connect({ password: new Secret('wrong') }));
    expect(error.code).toBe('authentication-failed');
    expect(error.message).toContain('offered the password');
    await until(() => /closed by|Disconnected from|disconnect from/.test(lab.log()));
    // PAM's own words, where it is asked.
    expect(lab.log().match(/Failed password|PAM: Authentication failure/g)).toHaveLength(1);
    expect(lab.log().match(/Connection from/g)).toHaveLength(1);
  });

  test('that has expired ends the login with words', async () => {
    const rootPassword = { password: right, isExpired: true };
    await using lab = await sshdLab({ settings: byKeyboard, rootPassword });
    const error = await refusalOf(lab.connect({ password: new Secret(right) }));
    expect(error.message).toBe('lb1 refuses to log in root: the password has expired');
  });

  test('is given besides a key where both are wanted', async () => {
    const settings = [...byPassword, 'AuthenticationMethods publickey,password'];
    await using lab = await sshdLab({ settings, rootPassword: { password: right } });
    const withKey = { identityFiles: [lab.home.identity] };
    await using session = await lab.connect({ ...withKey, password: new Secret(right) });
    expect(session.host).toBe('lb1');
    const error = await refusalOf(lab.connect(withKey));
    expect(error.message).toContain('that is not enough: it also wants password');
  });
});

describe.runIf(sshdIsAvailable)('a key for a real sshd', () => {
  test.each(['ed25519', 'ecdsa', 'rsa'] as const)('of type %s logs in', async (type) => {
    const key = makeKey(type);
    await using lab = await sshdLab({ authorized: [key] });
    const file = await storeKey(`${lab.home.path}/key`, key);
    await using session = await lab.connect({ identityFiles: [file] });
    expect(session.host).toBe('lb1');
    expect(lab.sshd.log).toContain('Accepted publickey for root');
  });

  test.each<TestKeyType>(['ed25519', 'ecdsa', 'rsa'])(
    'of a host that is known by its %s key alone is that one',
    async (type) => {
      const hostKeyTypes: readonly TestKeyType[] = ['rsa', 'ecdsa', 'ed25519'];
      await using lab = await sshdLab({ hostKeyTypes }, { trust: [] });
      await lab.home.trust(lab.sshd.port, lab.sshd.hostKeys[hostKeyTypes.indexOf(type)] ?? expect.fail());
      await using session = await lab.connect({ identityFiles: [lab.home.identity] });
      expect(session.host).toBe('lb1');
    },
  );

  test('is the one of ten in an agent that is named, and no other is offered', async () => {
    await using lab = await sshdLab();
    await using agent = await agentWith(lab.home, 10);
    const target = { identityFiles: [`${lab.home.identity}.pub`] };
    await using session = await lab.connect(target, agent.socket);
    expect(session.host).toBe('lb1');
    expect(lab.sshd.log).not.toContain('Failed publickey');
  });

  test('is not found among ten in an agent, and the user hears what to do', async () => {
    await using lab = await sshdLab({ authorized: [] });
    await using agent = await agentWith(lab.home, 10);
    const error = await refusalOf(lab.connect({}, agent.socket));
    expect(error.code).toBe('authentication-failed');
    expect(error.hints[0]).toBe(
      'too many keys were offered: name the right one with ansible_ssh_private_key_file',
    );
    expect(lab.log().match(/Connection from/g)).toHaveLength(1);
  });
});

describe.runIf(sshdIsAvailable)('an agent for a real sshd', () => {
  test.each([
    [true, 'yes', true],
    [true, 'no', false],
    [false, 'yes', false],
  ])('asked for: %s, allowed: %s: it is there: %s', async (forwardAgent, allowed, isThere) => {
    await using lab = await sshdLab({ settings: [`AllowAgentForwarding ${allowed}`] });
    await using agent = await agentWith(lab.home, 1);
    const target = { identityFiles: [lab.home.identity], forwardAgent };
    await using session = await lab.connect(target, agent.socket);
    const [result] = await session.probe([probe('sh', '-c', 'ssh-add -l')]);
    expect(result?.exitCode === 0).toBe(isThere);
  });
});

describe.skipIf(canHidePasswords)('a password for a real sshd', () => {
  test.skip('needs root, openssh-server, unshare and openssl: apt-get install openssh-server openssl', () =>
    undefined);
});

interface SshdLoginLab extends AsyncDisposable {
  readonly home: SshHome;
  readonly sshd: Sshd;
  /** What sshd has logged since it was ready. */
  log(): string;
  connect(
    properties: Partial<Target>,
    agentSocket?: string,
  ): ReturnType<ReturnType<SshHome['transport']>['connect']>;
}

async function sshdLab(
  options: Partial<SshdOptions> = {},
  { trust }: { readonly trust?: readonly [] } = {},
): Promise<SshdLoginLab> {
  const resources = new Resources();
  const home = resources.use(await sshHome());
  const { path: directory } = resources.use(await temporaryDirectory());
  const settings = ['LogLevel VERBOSE', ...(options.settings ?? [])];
  const sshd = resources.use(await Sshd.start({ directory, authorized: [home.key], ...options, settings }));
  // The fixture has knocked at it.
  await until(() => sshd.log.includes('Connection closed by'));
  const begin = sshd.log.length;
  for (const key of trust ?? sshd.hostKeys) await home.trust(sshd.port, key);
  return {
    home,
    sshd,
    log: () => sshd.log.slice(begin),
    connect: (properties, agentSocket) =>
      home
        .transport({ agentSocket })
        .connect(home.target({ port: sshd.port, identityFiles: [], ...properties })),
    [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose](),
  };
}

/** An agent with the key of the home as the last of `count`. */
async function agentWith(home: SshHome, count: number): Promise<RealAgent> {
  const agent = await RealAgent.start(home.path);
  const others = await Promise.all(
    Array.from({ length: count - 1 }, (_, at) => storeKey(`${home.path}/other${at}`, makeKey())),
  );
  agent.add(...others, home.identity);
  return agent;
}
