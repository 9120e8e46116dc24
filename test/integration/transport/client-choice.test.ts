import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { clientsOf } from '../../support/ssh-clients.ts';
import { makeKey, storeKey } from '../../support/ssh-keys.ts';
import { sshdIsAvailable } from '../../support/sshd.ts';
import { sshdLab } from '../../support/sshd-lab.ts';
import { until } from '../../support/until.ts';

describe.runIf(sshdIsAvailable)("OpenSSH's client is taken by itself", () => {
  test('for a certificate beside the key, and the reason is told', async () => {
    await using lab = await sshdLab();
    const authority = await storeKey(`${lab.home.path}/ca`, makeKey());
    const identity = await storeKey(`${lab.home.path}/certified`, makeKey());
    execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'ops', '-n', 'root', `${identity}.pub`]);
    const sshd = await lab.start({ settings: [`TrustedUserCAKeys ${authority}.pub`], authorized: [] });
    const { transport, told } = clientsOf(lab.home);
    await using session = await transport.connect(
      lab.home.target({ port: sshd.port, identityFiles: [identity] }),
    );
    expect(session.host).toBe('lb1');
    expect(told).toEqual([
      expect.stringContaining(
        `lb1: reached with the system's ssh: ssh2 cannot use the certificate ${identity}-cert.pub`,
      ),
    ]);
    expect(sshd.log).toContain('ED25519-CERT');
  });

  test('for a server with post-quantum key exchanges only, once it is known as one', async () => {
    await using lab = await sshdLab();
    const sshd = await lab.start({ settings: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'] });
    const { transport, told } = clientsOf(lab.home);
    const target = lab.home.target({ port: sshd.port });
    const first = await transport.connect(target);
    await first[Symbol.asyncDispose]();
    await using second = await transport.connect(target);
    expect(second.host).toBe('lb1');
    const why = `lb1: reached with the system's ssh: there is no algorithm that both sides know (127.0.0.1 port ${sshd.port})`;
    expect(told).toEqual([why, why]);
    expect(sshd.log.match(/no matching key exchange/g)).toHaveLength(1);
  });

  test('for a bastion with post-quantum key exchanges only', async () => {
    await using lab = await sshdLab();
    const bastion = await lab.start({ settings: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'] });
    const host = await lab.start();
    const { transport, told } = clientsOf(lab.home);
    const jump = lab.home.target({ host: 'bastion', port: bastion.port });
    await using session = await transport.connect(lab.home.target({ port: host.port, jump }));
    expect(session.host).toBe('lb1');
    expect(told).toEqual([
      `lb1: reached with the system's ssh: there is no algorithm that both sides know (127.0.0.1 port ${bastion.port})`,
    ]);
  });

  test('for a host key that only an authority vouches for', async () => {
    await using lab = await sshdLab();
    const authority = await storeKey(`${lab.home.path}/ca`, lab.home.key);
    const sshd = await lab.start({ trustOnly: 9, certifiedBy: authority });
    const line = `@cert-authority [127.0.0.1]:${sshd.port} ${lab.home.key.publicLine}\n`;
    await writeFile(lab.home.knownHosts, line, { flag: 'a' });
    const { transport, told } = clientsOf(lab.home);
    await using session = await transport.connect(lab.home.target({ port: sshd.port }));
    expect(session.host).toBe('lb1');
    expect(told).toEqual([
      `lb1: reached with the system's ssh: [127.0.0.1]:${sshd.port} is known by a certificate authority only (${lab.home.knownHosts}:1)`,
    ]);
  });

  test('for an option that ssh2 does not know, unless ssh2 was asked for', async () => {
    await using lab = await sshdLab();
    const sshd = await lab.start();
    const { transport, told } = clientsOf(lab.home);
    const opensshOptions = [{ name: 'GSSAPIAuthentication', value: 'yes' }];
    const target = lab.home.target({ port: sshd.port, settings: { opensshOptions } });
    await using session = await transport.connect(target);
    expect(session.host).toBe('lb1');
    expect(told).toEqual(["lb1: reached with the system's ssh: ssh2 does not know GSSAPIAuthentication"]);
    await expect(transport.connect({ ...target, client: 'ssh2' })).rejects.toMatchObject({
      message: 'lb1: ssh2 does not know GSSAPIAuthentication, and no other client may be used',
    });
  });

  test('but never after a refused login', async () => {
    await using lab = await sshdLab();
    const sshd = await lab.start({ authorized: [makeKey()] });
    const { transport, told } = clientsOf(lab.home);
    await expect(transport.connect(lab.home.target({ port: sshd.port }))).rejects.toMatchObject({
      code: 'authentication-failed',
    });
    expect(told).toEqual([]);
    await until(() => sshd.log.includes('authenticating user root'));
    expect(sshd.log.match(/authenticating user root/g)).toHaveLength(1);
  });
});

describe.skipIf(sshdIsAvailable)("OpenSSH's client is taken by itself", () => {
  test.skip('needs root and openssh-server: apt-get install openssh-server', () => undefined);
});
