import { expect, test } from 'vitest';
import { pathWord, sshArguments } from '../../../src/transport/openssh/ssh-arguments.ts';
import { testTarget } from '../../support/targets.ts';

const run = { home: '/home/ops', connectTimeoutMs: 20_000, keepaliveIntervalMs: 10_000 };

test('everything that a target says stands on the command line of ssh, and the host after a double dash', () => {
  const target = testTarget({
    address: 'fe80::1%eth0',
    port: 2222,
    user: 'ops',
    identityFiles: ['/keys/a b'],
    knownHostsFiles: ['/hosts/a', '/hosts/50%'],
    strictHostKeyChecking: 'accept-new',
    hostKeyAlias: 'cp',
    settings: {
      alias: 'cp1',
      configFile: '/config',
      identityAgent: 'none',
      addressFamily: 6,
      bindAddress: '::1',
      algorithms: { cipher: '+aes128-cbc' },
      opensshOptions: [{ name: 'GSSAPIAuthentication', value: 'yes' }, { name: 'pkcs11provider' }],
      keepaliveCountMax: 5,
    },
  });
  const args = sshArguments(target, run);
  expect(args.slice(0, 3)).toEqual(['-T', '-F', '/config']);
  expect(args.slice(-2)).toEqual(['--', 'cp1']);
  for (const option of [
    ...['HostName=fe80::1%%eth0', 'Port=2222', 'User=ops', 'ProxyCommand=none', 'AddressFamily=inet6'],
    ...['BindAddress=::1', 'ConnectTimeout=20', 'ServerAliveInterval=10', 'ServerAliveCountMax=5'],
    ...['StrictHostKeyChecking=accept-new', 'UserKnownHostsFile="/hosts/a" "/hosts/50%%"', 'HostKeyAlias=cp'],
    ...['GlobalKnownHostsFile=none', 'IdentityFile="/keys/a b"', 'IdentitiesOnly=yes', 'IdentityAgent=none'],
    ...['ForwardAgent=no', 'BatchMode=yes', 'Ciphers=+aes128-cbc', 'GSSAPIAuthentication=yes'],
    ...['ControlMaster=no', 'ControlPath=none', 'ClearAllForwardings=yes', 'PermitLocalCommand=no'],
  ])
    expect(args).toContain(option);
  expect(args.join(' ')).not.toContain('pkcs11provider');
});

test('ask is yes: there is nobody to ask', () => {
  const target = testTarget({ knownHostsFiles: [], strictHostKeyChecking: 'ask' });
  const args = sshArguments(target, run);
  expect(args).toContain('StrictHostKeyChecking=yes');
  expect(args).toContain('UserKnownHostsFile="/home/ops/.ssh/known_hosts" "/home/ops/.ssh/known_hosts2"');
  expect(args).not.toContain('IdentitiesOnly=yes');
});

test('a bastion is offered on a socket, and a host goes through one', () => {
  const target = testTarget({ knownHostsFiles: ['/k'] });
  const master = sshArguments(target, { ...run, masterSocket: '/tmp/kha-x/m' });
  expect(master).toContain('-N');
  expect(master).toContain('ControlMaster=yes');
  expect(master).toContain('ControlPath="/tmp/kha-x/m"');
  expect(sshArguments(target, { ...run, proxyCommand: 'ssh -S x' })).toContain('ProxyCommand=ssh -S x');
});

test('a path is one word of ssh_config, whatever stands in it', () => {
  expect(pathWord('/a "b" \\c %d')).toBe(String.raw`"/a \"b\" \\c %%d"`);
});
