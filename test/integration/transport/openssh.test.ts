import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { probe, stdoutOf } from '../../../src/domain/command.ts';
import { createOpensshTransport } from '../../../src/transport/openssh/openssh.ts';
import type { Session } from '../../../src/transport/transport.ts';
import { markedEnvironment, processesMarked } from '../../support/processes.ts';
import { makeKey, storeKey } from '../../support/ssh-keys.ts';
import { sshdIsAvailable } from '../../support/sshd.ts';
import { sshdLab, type SshdLab } from '../../support/sshd-lab.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { until } from '../../support/until.ts';

describe.runIf(sshdIsAvailable)("OpenSSH's client", () => {
  test('goes from bastion to bastion, with one login at each for thirty hosts, and leaves nothing behind', async () => {
    await using lab = await sshdLab();
    await using directory = await temporaryDirectory();
    const [outer, inner, host] = [await lab.start(), await lab.start(), await lab.start()];
    const jump = lab.home.target({
      host: 'inner',
      port: inner.port,
      jump: lab.home.target({ host: 'outer', port: outer.port }),
    });
    const { mark, environment } = markedEnvironment();
    const transport = opensshOf(lab, { environment, controlDirectory: directory.path });
    const sessions = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        transport.connect(lab.home.target({ host: `lb${n}`, port: host.port, jump })),
      ),
    );
    expect(await Promise.all(sessions.map(whoIs))).toEqual(Array.from({ length: 30 }, () => '0\n'));
    expect([outer, inner].map(({ log }) => log.match(/Accepted/g)?.length)).toEqual([1, 1]);
    expect(readdirSync(directory.path)).toHaveLength(2);
    await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()));
    await until(() => processesMarked(mark).length === 0);
    await until(() => readdirSync(directory.path).length === 0);
  });

  test('logs in with a certificate, given or beside its key', async () => {
    await using lab = await sshdLab();
    const { identity, authority } = await certified(lab);
    const settings = [`TrustedUserCAKeys ${authority}.pub`];
    const sshd = await lab.start({ settings, authorized: [] });
    await using session = await opensshOf(lab).connect(
      lab.home.target({ port: sshd.port, identityFiles: [identity] }),
    );
    expect(await whoIs(session)).toBe('0\n');
    expect(sshd.log).toContain('ED25519-CERT');
  });

  test.each<[string, Parameters<SshdLab['start']>[0], Readonly<Record<string, unknown>>]>([
    [
      'a refused key',
      { authorized: [makeKey()] },
      {
        code: 'authentication-failed',
        message:
          "lb1 refuses to log in root by OpenSSH's ssh; it accepts publickey, password, keyboard-interactive",
      },
    ],
    ['a host that nobody knows', { trustOnly: 9 }, { code: 'host-key-unknown' }],
    [
      'a server with other algorithms only',
      { settings: ['Ciphers aes128-cbc'] },
      {
        code: 'connect-failed',
        message: expect.stringMatching(
          /^lb1: there is no algorithm that both sides know .*: Unable to negotiate .* no matching cipher found/,
        ) as string,
      },
    ],
  ])('says what is wrong: %s', async (_, options, expected) => {
    await using lab = await sshdLab();
    const sshd = await lab.start(options);
    const attempt = opensshOf(lab).connect(lab.home.target({ port: sshd.port }));
    await expect(attempt).rejects.toMatchObject({ host: 'lb1', ...expected });
    expect(sshd.log).not.toContain('Accepted');
  });

  test('refuses a changed host key before any attempt to log in, and says where the other one stands', async () => {
    await using lab = await sshdLab();
    const sshd = await lab.start({ trustOnly: 9 });
    await lab.home.trust(sshd.port, makeKey());
    await expect(opensshOf(lab).connect(lab.home.target({ port: sshd.port }))).rejects.toMatchObject({
      code: 'host-key-changed',
      message: expect.stringContaining(`${lab.home.knownHosts}:1 knows it by another key`) as string,
    });
    expect(sshd.log).not.toContain('authenticating');
  });

  test('stores the key of a new host where that is asked for, and nothing of others', async () => {
    await using lab = await sshdLab();
    const sshd = await lab.start({ trustOnly: 9, hostKeyTypes: ['ed25519', 'ecdsa'] });
    const target = lab.home.target({ port: sshd.port, strictHostKeyChecking: 'accept-new' });
    await using session = await opensshOf(lab).connect(target);
    expect(session.host).toBe('lb1');
    expect((await lab.home.readKnownHosts()).trim().split('\n')).toHaveLength(1);
  });

  test.each([
    ['nothing listens there', { port: 1 }, 'lb1: nothing listens there (127.0.0.1 port 1)'],
    [
      'the name has no address',
      { address: 'no.such.host.invalid' },
      'lb1: the name has no address (no.such.host.invalid port 22)',
    ],
    [
      'its ProxyCommand fails',
      { proxyCommand: 'false' },
      'lb1: it closed the connection before the login was done (127.0.0.1 port 22)',
    ],
  ])('says that %s', async (_, properties, message) => {
    await using lab = await sshdLab();
    const attempt = opensshOf(lab).connect(lab.home.target(properties));
    await expect(attempt).rejects.toMatchObject({ code: 'connect-failed', message });
  });

  test('tells the host behind a bastion from the bastion', async () => {
    await using lab = await sshdLab();
    const [closed, open] = [await lab.start({ settings: ['AllowTcpForwarding no'] }), await lab.start()];
    const through = (port: number) =>
      lab.home.target({ port: 1, jump: lab.home.target({ host: 'bastion', port }) });
    await expect(opensshOf(lab).connect(through(closed.port))).rejects.toMatchObject({
      message: 'lb1: the bastion does not forward connections (127.0.0.1 port 1 through bastion)',
    });
    await expect(opensshOf(lab).connect(through(open.port))).rejects.toMatchObject({
      message: 'lb1: the bastion cannot connect to it (127.0.0.1 port 1 through bastion)',
    });
    await expect(opensshOf(lab).connect(through(1))).rejects.toMatchObject({
      host: 'lb1',
      message: 'cannot reach lb1: bastion: nothing listens there (127.0.0.1 port 1)',
    });
  });

  test('is ended when the run is interrupted while it connects', async () => {
    await using lab = await sshdLab();
    const { mark, environment } = markedEnvironment();
    const abort = new AbortController();
    const target = lab.home.target({ proxyCommand: 'sleep 300' });
    const attempt = opensshOf(lab, { environment }).connect(target, abort.signal);
    const settled = Promise.allSettled([attempt]);
    await until(() => processesMarked(mark).some((command) => command.startsWith('sleep')));
    abort.abort(new Error('the user pressed Ctrl-C'));
    expect((await settled)[0]).toMatchObject({ reason: { message: 'the user pressed Ctrl-C' } });
    await until(() => processesMarked(mark).length === 0);
  });

  test('notices a host that was unplugged', async () => {
    await using lab = await sshdLab();
    const sshd = await lab.start();
    const proxy = await import('../../support/tcp-proxy.ts').then(({ TcpProxy }) => TcpProxy.to(sshd.port));
    await lab.home.trust(proxy.port, sshd.hostKeys[0] ?? expect.fail());
    const transport = opensshOf(lab, { keepaliveIntervalMs: 1000 });
    await using session = await transport.connect(lab.home.target({ port: proxy.port }));
    const settled = Promise.allSettled([session.probe([probe('sleep', '60')])]);
    proxy.freeze();
    expect((await settled)[0]).toMatchObject({
      reason: { code: 'connection-lost', message: 'lost the connection to lb1: it stopped answering' },
    });
    await proxy[Symbol.asyncDispose]();
  });

  test('that is not installed is named', async () => {
    await using lab = await sshdLab();
    const attempt = opensshOf(lab, { environment: { PATH: '/nowhere' } }).connect(lab.home.target({}));
    await expect(attempt).rejects.toMatchObject({
      code: 'connect-failed',
      message: 'lb1: this machine has no OpenSSH client (ssh)',
    });
  });
});

describe.skipIf(sshdIsAvailable)("OpenSSH's client", () => {
  test.skip('needs root and openssh-server: apt-get install openssh-server', () => undefined);
});

function opensshOf(lab: SshdLab, options: Partial<Parameters<typeof createOpensshTransport>[0]> = {}) {
  return createOpensshTransport({ home: lab.home.path, configFile: 'none', ...options });
}

/** A key that no authorized_keys has, with a certificate beside it. */
async function certified(lab: SshdLab): Promise<{ readonly identity: string; readonly authority: string }> {
  const authority = await storeKey(`${lab.home.path}/ca`, makeKey());
  const identity = await storeKey(`${lab.home.path}/certified`, makeKey());
  execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'ops', '-n', 'root', `${identity}.pub`]);
  return { identity, authority };
}

async function whoIs(session: Session): Promise<string> {
  const [result] = await session.probe([probe('id', '-u')]);
  return stdoutOf(result ?? expect.fail());
}
