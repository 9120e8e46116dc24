import { spawnSync } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { probe } from '../../../src/domain/command.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { createOpensshTransport } from '../../../src/transport/openssh/openssh.ts';
import { watchProcesses } from '../../support/process-watch.ts';
import { makeEncryptedKey, storeKey } from '../../support/ssh-keys.ts';
import { sshdIsAvailable, type SshdOptions } from '../../support/sshd.ts';
import { sshdLab, type SshdLab } from '../../support/sshd-lab.ts';
import { until } from '../../support/until.ts';

const right = 'correct $horse "staple\'';
const byPassword = [
  'LogLevel VERBOSE',
  'PasswordAuthentication yes',
  'KbdInteractiveAuthentication no',
  'UsePAM no',
];
const byKeyboard = [
  'LogLevel VERBOSE',
  'PasswordAuthentication no',
  'KbdInteractiveAuthentication yes',
  'UsePAM yes',
];

const canHidePasswords =
  sshdIsAvailable &&
  spawnSync('unshare', ['--mount', 'true']).status === 0 &&
  spawnSync('openssl', ['version']).status === 0;

describe.runIf(canHidePasswords)("a password that OpenSSH's client logs in with", () => {
  test.each([
    ['password', byPassword],
    ['keyboard-interactive', byKeyboard],
  ])('works by %s, and leaves nothing behind', async (method, settings) => {
    await using lab = await sshdLab();
    const sshd = await startFor(lab, { settings });
    const connecting = connect(lab, { port: sshd.port, password: new Secret(right) });
    const { shown } = await watchProcesses([right], connecting);
    await using session = await connecting;
    expect(shown).toEqual([]);
    const [result] = await session.probe([probe('id', '-u')]);
    expect(Buffer.from(result?.stdout ?? []).toString()).toBe('0\n');
    expect(sshd.log).toContain(`Accepted ${method}`);
    expect(await readdir(`${lab.home.path}/control`)).toEqual([]);
  });

  test.each([
    ['password', byPassword],
    ['keyboard-interactive', byKeyboard],
  ])('is tried exactly once by %s when it is wrong', async (_, settings) => {
    await using lab = await sshdLab();
    const sshd = await startFor(lab, { settings });
    const attempt = connect(lab, { port: sshd.port, password: new Secret('wrong') });
    await expect(attempt).rejects.toMatchObject({ code: 'authentication-failed' });
    await until(() => /Connection closed by authenticating/.test(sshd.log));
    expect(sshd.log.match(/Failed password|PAM: Authentication failure/g)).toHaveLength(1);
    expect(await readdir(`${lab.home.path}/control`)).toEqual([]);
  });

  test('is for a bastion alone that has one of its own', async () => {
    await using lab = await sshdLab();
    const bastion = await startFor(lab, { settings: byPassword });
    const host = await lab.start();
    const jump = lab.home.target({ host: 'bastion', port: bastion.port, password: new Secret(right) });
    await using session = await connect(lab, {
      port: host.port,
      identityFiles: [lab.home.identity],
      jump: { ...jump, identityFiles: [] },
    });
    expect(session.host).toBe('lb1');
    expect(bastion.log).toContain('Accepted password');
  });

  test('is not told to who asks for the passphrase of a key', async () => {
    await using lab = await sshdLab();
    const identity = await storeKey(`${lab.home.path}/locked`, makeEncryptedKey('another secret'));
    const sshd = await startFor(lab, { settings: byPassword });
    const target = { port: sshd.port, identityFiles: [identity], password: new Secret(right) };
    await using session = await connect(lab, target);
    expect(session.host).toBe('lb1');
    expect(sshd.log).toContain('Accepted password');
  });

  test('is refused beside a ProxyCommand, which would be told it, and as more than one line', async () => {
    await using lab = await sshdLab();
    const password = new Secret(right);
    await expect(connect(lab, { proxyCommand: 'nc %h %p', password })).rejects.toMatchObject({
      code: 'authentication-failed',
      message: "lb1: OpenSSH's client would show the password to the ProxyCommand",
    });
    await expect(connect(lab, { password: new Secret('a\nb') })).rejects.toMatchObject({
      message: 'lb1: the password to log in with is more than one line',
    });
  });
});

describe.skipIf(canHidePasswords)("a password that OpenSSH's client logs in with", () => {
  test.skip('needs root, openssh-server, openssl and unshare', () => undefined);
});

async function startFor(lab: SshdLab, options: Partial<SshdOptions>) {
  return lab.start({ authorized: [], rootPassword: { password: right }, ...options });
}

async function connect(lab: SshdLab, properties: Parameters<SshdLab['home']['target']>[0]) {
  const controlDirectory = `${lab.home.path}/control`;
  await mkdir(controlDirectory, { recursive: true });
  const transport = createOpensshTransport({ home: lab.home.path, configFile: 'none', controlDirectory });
  return transport.connect(lab.home.target({ identityFiles: [], ...properties }));
}
