import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { describe, expect, test } from 'vitest';
import { probe, stdoutOf } from '../../../src/domain/command.ts';
import { SshConfig } from '../../../src/transport/openssh/ssh-config.ts';
import { sshArguments } from '../../../src/transport/openssh/ssh-arguments.ts';
import { parseSshConfigDump } from '../../../src/transport/openssh/ssh-config-dump.ts';
import { clientsOf } from '../../support/ssh-clients.ts';
import { sshdIsAvailable } from '../../support/sshd.ts';
import { sshdLab } from '../../support/sshd-lab.ts';
import { unsaidTarget } from '../../support/targets.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe.runIf(existsSync('/usr/bin/ssh'))('what a target gets from ssh_config', () => {
  test.each([
    'Host cp1\n HostName 192.0.2.11\n Port 2222\n User ops\n HostKeyAlias x\n',
    'ProxyCommand nc %h %p\nForwardAgent yes\nAddressFamily inet\n',
    'UserKnownHostsFile /a\nStrictHostKeyChecking accept-new\nServerAliveInterval 5\nConnectTimeout 3\n',
    'Ciphers aes256-ctr\nMACs hmac-sha2-256\nKexAlgorithms curve25519-sha256\nIdentitiesOnly yes\nIdentityFile ~/.ssh/id_nobody\n',
    'BindAddress 127.0.0.1\nServerAliveInterval 30\nServerAliveCountMax 7\nBatchMode yes\n',
  ])('comes to what ssh itself makes of it: %j', async (config) => {
    await using directory = await temporaryDirectory();
    const file = `${directory.path}/config`;
    await writeFile(file, config);
    const home = userInfo().homedir;
    const source = new SshConfig({ home, environment: { PATH: process.env['PATH'] }, warn: () => undefined });
    const target = await source.resolve(unsaidTarget({ settings: { configFile: file } }));
    const run = {
      home,
      connectTimeoutMs: target.settings?.connectTimeoutMs ?? 0,
      keepaliveIntervalMs: target.settings?.keepaliveIntervalMs ?? 0,
    };
    const theirs = dumpOf(['-T', '-F', file, 'cp1']);
    const ours = dumpOf(sshArguments(target, run));
    for (const key of COMPARED) {
      if (key === 'connecttimeout' && !config.includes('ConnectTimeout')) continue;
      if (key === 'userknownhostsfile' && config.includes('UserKnownHosts')) continue;
      expect([key, ours.get(key)]).toEqual([key, theirs.get(key)]);
    }
  });
});

describe.runIf(sshdIsAvailable)('ssh_config and a real sshd', () => {
  test('a host is reached by its alias, with the port, the key and the bastion that only ssh_config knows', async () => {
    await using lab = await sshdLab();
    const [gate, host] = [await lab.start(), await lab.start()];
    await mkdir(`${lab.home.path}/.ssh`, { recursive: true });
    await writeFile(
      `${lab.home.path}/.ssh/config`,
      `Host gate\n Port ${gate.port}\nHost alias\n Port ${host.port}\n ProxyJump gate\nHost *\n HostName 127.0.0.1\n User root\n IdentityFile ${lab.home.identity}\n`,
    );
    const target = unsaidTarget({ address: 'alias' });
    for (const client of ['ssh2', 'openssh'] as const) {
      const { transport } = clientsOf(lab.home);
      await using session = await transport.connect({ ...target, client });
      const [result] = await session.probe([probe('sh', '-c', 'echo $SSH_CONNECTION')]);
      expect(stdoutOf(result ?? expect.fail())).toContain(` ${host.port}\n`);
    }
    for (const { log } of [gate, host]) expect(log.match(/Accepted publickey for root/g)).toHaveLength(2);
  });
});

function dumpOf(args: readonly string[]) {
  return parseSshConfigDump(execFileSync('ssh', ['-G', ...args], { encoding: 'utf8' }));
}

const COMPARED = [
  ...[
    'hostname',
    'port',
    'user',
    'hostkeyalias',
    'proxycommand',
    'proxyjump',
    'forwardagent',
    'addressfamily',
  ],
  ...['identitiesonly', 'bindaddress', 'serveralivecountmax', 'serveraliveinterval', 'connecttimeout'],
  ...['ciphers', 'macs', 'kexalgorithms', 'hostkeyalgorithms', 'pubkeyauthentication', 'userknownhostsfile'],
];
