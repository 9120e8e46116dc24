import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Target } from '../../../src/domain/target.ts';
import { SshConfig } from '../../../src/transport/openssh/ssh-config.ts';
import { unsaidTarget } from '../../support/targets.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

interface Resolved {
  readonly target: Target;
  readonly warnings: readonly string[];
  readonly file: string;
  readonly home: string;
}

async function resolved(config: string, target: Target = unsaidTarget()): Promise<Resolved> {
  await using directory = await temporaryDirectory();
  const file = `${directory.path}/config`;
  await writeFile(file, config);
  for (const name of ['id_there', 'id_other']) await writeFile(`${directory.path}/${name}`, '');
  const warnings: string[] = [];
  const environment = { PATH: process.env['PATH'], AGENT: '/run/agent' };
  const source = new SshConfig({
    home: directory.path,
    environment,
    warn: (message) => warnings.push(message),
  });
  const settings = { ...target.settings, configFile: file };
  return { target: await source.resolve({ ...target, settings }), warnings, file, home: directory.path };
}

describe.runIf(existsSync('/usr/bin/ssh'))('what ssh_config says of a host', () => {
  test.each<[string, string, (home: string) => Partial<Target>]>([
    ['nothing', '', () => ({ address: 'cp1', port: 22, settings: {} })],
    ['nothing of this one', 'Host other\n Port 2222\n User x\n', () => ({ port: 22 })],
    [
      'HostName',
      'Host cp1\n HostName 192.0.2.11\n',
      () => ({ address: '192.0.2.11', settings: { alias: 'cp1' } }),
    ],
    [
      'a HostName made of the name',
      'Host *\n HostName %h.example.net\n',
      () => ({ address: 'cp1.example.net' }),
    ],
    [
      'Port and User',
      'Host cp*\n Port 2222\n User ops\n',
      () => ({ port: 2222, user: 'ops' as Target['user'] }),
    ],
    ['a Match', 'Match host cp1 user nobody\n Port 1\nMatch host cp1\n Port 2\n', () => ({ port: 2 })],
    [
      'IdentityFile',
      'IdentityFile ~/id_there\nIdentityFile ~/id_gone\n',
      (home) => ({ identityFiles: [`${home}/id_there`], settings: { identitiesOnly: false } }),
    ],
    [
      'IdentitiesOnly',
      'IdentityFile %d/id_%n\nIdentityFile %d/id_other\nIdentitiesOnly yes\n',
      (home) => ({ identityFiles: [`${home}/id_other`], settings: { identitiesOnly: true } }),
    ],
    ['IdentityAgent', 'IdentityAgent none\n', () => ({ settings: { identityAgent: 'none' } })],
    [
      'IdentityAgent by a variable',
      'IdentityAgent $AGENT\n',
      () => ({ settings: { identityAgent: '/run/agent' } }),
    ],
    [
      'known hosts',
      'UserKnownHostsFile /a /b\nGlobalKnownHostsFile /g\n',
      () => ({ knownHostsFiles: ['/a', '/b', '/g'] }),
    ],
    [
      'known hosts of the user',
      'UserKnownHostsFile "/a b"\n',
      () => ({ knownHostsFiles: ['/a b', '/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'] }),
    ],
    ['HostKeyAlias', 'HostKeyAlias cp\n', () => ({ hostKeyAlias: 'cp' })],
    ['StrictHostKeyChecking yes', 'StrictHostKeyChecking yes\n', () => ({ strictHostKeyChecking: 'yes' })],
    [
      'StrictHostKeyChecking accept-new',
      'StrictHostKeyChecking accept-new\n',
      () => ({ strictHostKeyChecking: 'accept-new' }),
    ],
    ['ForwardAgent', 'ForwardAgent yes\n', () => ({ forwardAgent: true })],
    [
      'BatchMode',
      'BatchMode yes\n',
      () => ({ strictHostKeyChecking: 'yes', settings: { authentications: ['publickey'] } }),
    ],
    [
      'ways to log in',
      'PreferredAuthentications publickey,password\nPasswordAuthentication no\n',
      () => ({ settings: { authentications: ['publickey'] } }),
    ],
    [
      'times',
      'ConnectTimeout 7\nServerAliveInterval 1m\nServerAliveCountMax 9\n',
      () => ({ settings: { connectTimeoutMs: 7000, keepaliveIntervalMs: 60_000, keepaliveCountMax: 9 } }),
    ],
    [
      'the network',
      'AddressFamily inet6\nBindAddress ::1\n',
      () => ({ settings: { addressFamily: 6, bindAddress: '::1' } }),
    ],
    [
      'algorithms',
      'Ciphers aes256-ctr\nMACs hmac-sha2-512\nKexAlgorithms curve25519-sha256\nHostKeyAlgorithms ssh-ed25519\n',
      () => ({
        settings: {
          algorithms: {
            hostKey: 'ssh-ed25519',
            kex: 'curve25519-sha256',
            cipher: 'aes256-ctr',
            mac: 'hmac-sha2-512',
          },
        },
      }),
    ],
    ['ProxyCommand', 'ProxyCommand nc %h %p\n', () => ({ proxyCommand: 'nc %h %p' })],
    ['a ProxyCommand that is none', 'ProxyCommand none\nProxyJump gate\n', () => ({})],
    [
      'certificates',
      'CertificateFile ~/c.pub\n',
      () => ({ settings: { opensshOptions: [{ name: 'certificatefile' }] } }),
    ],
    [
      'what nobody knows here',
      'PKCS11Provider /lib/x.so\nRevokedHostKeys /r\n',
      () => ({ settings: { opensshOptions: [{ name: 'pkcs11provider' }, { name: 'revokedhostkeys' }] } }),
    ],
    [
      'what does not concern us',
      'SendEnv LANG\nHashKnownHosts yes\nControlMaster auto\nControlPath ~/%C\nLocalForward 9 a:9\nRequestTTY force\nVerifyHostKeyDNS no\n',
      () => ({ settings: {} }),
    ],
    // Debian switches it on for everybody; without a ticket it changes nothing.
    ['GSSAPIAuthentication without a ticket', 'GSSAPIAuthentication yes\n', () => ({ settings: {} })],
  ])('%s', async (_, config, expected) => {
    const { target, warnings, file, home } = await resolved(config);
    const { settings = {}, ...fields } = expected(home);
    const untouched = { ...unsaidTarget(), settings: { configFile: file } };
    expect(target).toMatchObject({ ...fields, settings: { ...settings, configFile: file } });
    expect(Object.keys(target).sort()).toEqual(
      [...new Set([...Object.keys(untouched), ...Object.keys(fields)])].sort(),
    );
    if (
      Object.keys(settings).length === 0 &&
      fields.address === undefined &&
      fields.identityFiles === undefined
    )
      expect(target.settings).toEqual({ configFile: file });
    expect(warnings).toEqual([]);
  });

  test('counts less than what the inventory says', async () => {
    const said: Partial<Omit<Target, 'host' | 'user'>> = {
      unsaid: [],
      port: 2022,
      identityFiles: ['/own'],
      knownHostsFiles: ['/own_hosts'],
      hostKeyAlias: 'own',
      settings: {
        identityAgent: '/own_agent',
        connectTimeoutMs: 1,
        algorithms: { cipher: 'aes128-ctr' },
        authentications: ['password'],
      },
    };
    const asked = unsaidTarget(said);
    const { target, file } = await resolved(
      'User x\nPort 1\nIdentityFile ~/id_there\nUserKnownHostsFile /a\nHostKeyAlias b\nStrictHostKeyChecking no\nForwardAgent yes\nProxyJump gate\nIdentityAgent none\nConnectTimeout 9\nCiphers aes256-ctr\nPasswordAuthentication no\n',
      asked,
    );
    expect(target).toEqual({ ...asked, settings: { ...said.settings, configFile: file } });
  });

  test('StrictHostKeyChecking no and known hosts in /dev/null are made safe, and it is said once', async () => {
    const { target, warnings } = await resolved('StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\n');
    expect(target.strictHostKeyChecking).toBe('accept-new');
    expect(target.knownHostsFiles).toEqual(['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']);
    expect(warnings).toEqual([
      'your ssh_config says StrictHostKeyChecking no: unknown host keys are stored and changed ones refused, as with accept-new',
      'your ssh_config says UserKnownHostsFile /dev/null: host keys are kept in your own known_hosts',
    ]);
  });

  test('ProxyJump is followed from host to host, each with its own words', async () => {
    const { target } = await resolved(
      'Host cp1\n ProxyJump ops@inner:2222\nHost inner\n HostName 10.0.0.2\n Port 9\n ProxyJump outer\nHost outer\n User gate\n Port 2022\n',
    );
    expect(target.jump).toMatchObject({
      address: '10.0.0.2',
      port: 2222,
      user: 'ops',
      settings: { alias: 'inner' },
    });
    expect(target.jump?.jump).toMatchObject({ address: 'outer', port: 2022, user: 'gate' });
    expect(target.jump?.jump?.jump).toBeUndefined();
  });

  test.each([
    [
      'a circle',
      'Host cp1\n ProxyJump b\nHost b\n ProxyJump c\nHost c\n ProxyJump b\n',
      'cannot reach lb1: cannot reach b: cannot reach c: the way goes in a circle, or through too many hosts: lb1, b, c, b',
    ],
    [
      'a host on its own way',
      'Host *\n ProxyJump gate\n',
      'cannot reach lb1: gate: the configuration of ssh cannot be used: jumphost loop',
    ],
    ['a port that is none', 'ProxyJump gate:99999\n', 'lb1: the configuration of ssh cannot be used: '],
    ['a mistake', 'Prot 22\n', 'lb1: the configuration of ssh cannot be used: '],
  ])('that cannot be used is a failure of the host: %s', async (_, config, message) => {
    await expect(resolved(config)).rejects.toMatchObject({
      code: 'connect-failed',
      host: 'lb1',
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('without ssh', () => {
  test.each([
    ['Host cp1\n Port 1\n', 1],
    ['Host other\n Port 1\n', 0],
    ['', 0],
  ])('an ssh_config that may speak of a host is warned of once: %j', async (config, count) => {
    await using directory = await temporaryDirectory();
    await mkdir(`${directory.path}/.ssh`);
    if (config !== '') await writeFile(`${directory.path}/.ssh/config`, config);
    const warnings: string[] = [];
    const environment = { PATH: '/nowhere' };
    const warn = (message: string): void => void warnings.push(message);
    const source = new SshConfig({ home: directory.path, environment, warn });
    expect(await source.resolve(unsaidTarget())).toEqual(unsaidTarget());
    await source.resolve(unsaidTarget());
    expect(warnings).toHaveLength(count);
    const settings = { configFile: '/etc/some_config' };
    await expect(source.resolve(unsaidTarget({ settings }))).rejects.toMatchObject({
      message: 'lb1: this machine has no ssh, which alone can read /etc/some_config',
    });
  });
});
