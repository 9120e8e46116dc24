import { describe, expect, test } from 'vitest';
import { probe, stdoutOf } from '../../../src/domain/command.ts';
import type { Target } from '../../../src/domain/target.ts';
import type { Session } from '../../../src/transport/transport.ts';
import { markedEnvironment, processesMarked } from '../../support/processes.ts';
import { makeKey } from '../../support/ssh-keys.ts';
import type { SshHome } from '../../support/ssh-home.ts';
import { sshdIsAvailable } from '../../support/sshd.ts';
import { sshdLab } from '../../support/sshd-lab.ts';
import { until } from '../../support/until.ts';

describe.runIf(sshdIsAvailable)('ways to a host through real sshds', () => {
  test('bastion after bastion, each verified under its own name', async () => {
    await using lab = await sshdLab();
    const [outer, inner, host] = [await lab.start(), await lab.start(), await lab.start()];
    const chain = lab.home.target({
      host: 'inner',
      port: inner.port,
      jump: lab.home.target({ host: 'outer', port: outer.port }),
    });
    await using session = await lab.home
      .transport()
      .connect(lab.home.target({ port: host.port, jump: chain }));
    expect(await whoIs(session)).toBe('0\n');
    await using strangers = await sshdLab();
    const stranger = await strangers.start({ authorized: [lab.home.key] });
    const jump = { ...chain, port: stranger.port };
    const attempt = lab.home.transport().connect(lab.home.target({ port: host.port, jump }));
    await expect(attempt).rejects.toMatchObject({ code: 'host-key-unknown', host: 'lb1' });
    expect(stranger.log).not.toContain('Accepted');
  });

  test('thirty hosts behind one bastion that takes ten logins at a time', async () => {
    await using lab = await sshdLab();
    const [bastion, host] = [await lab.start(), await lab.start()];
    const jump = lab.home.target({ host: 'bastion', port: bastion.port });
    const transport = lab.home.transport();
    const sessions = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        transport.connect(lab.home.target({ host: `lb${n}`, port: host.port, jump })),
      ),
    );
    expect(await Promise.all(sessions.map(whoIs))).toEqual(Array.from({ length: 30 }, () => '0\n'));
    expect(bastion.log.match(/Accepted/g)).toHaveLength(1);
    await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()));
  });

  test('a failed hop is told of the host that stays without a way', async () => {
    await using lab = await sshdLab();
    const [outer, inner] = [await lab.start(), await lab.start({ authorized: [makeKey()] })];
    const jump = lab.home.target({
      host: 'inner',
      port: inner.port,
      jump: lab.home.target({ host: 'outer', port: outer.port }),
    });
    await expect(lab.home.transport().connect(lab.home.target({ port: 22, jump }))).rejects.toMatchObject({
      code: 'authentication-failed',
      message: expect.stringContaining('cannot reach lb1: inner refuses to log in root') as string,
    });
  });
});

describe.runIf(sshdIsAvailable)('a ProxyCommand', () => {
  test.each<[string, (way: Way) => string]>([
    ['ssh -W', ({ home, bastion }) => `${sshTo(home, bastion)} -W %h:%p root@127.0.0.1`],
    ['a netcat', () => 'busybox nc %h %p'],
    ['a pipeline', () => 'cat | busybox nc %h %p | cat'],
  ])('is a way to a host: %s', async (_, command) => {
    await using lab = await sshdLab();
    const [bastion, host] = [await lab.start(), await lab.start()];
    const { mark, environment } = markedEnvironment();
    const target = lab.home.target({
      port: host.port,
      proxyCommand: command({ home: lab.home, bastion: bastion.port }),
    });
    const session = await lab.home.transport({ environment }).connect(target);
    expect(await whoIs(session)).toBe('0\n');
    await session[Symbol.asyncDispose]();
    await until(() => processesMarked(mark).length === 0);
  });

  test('has its tokens: the address, the port, the user and the name that was asked for', async () => {
    await using lab = await sshdLab();
    const target = lab.home.target({
      user: 'ops',
      port: 2222,
      settings: { alias: 'cp1' },
      proxyCommand: 'printf "%%s " %h %p %r %n >&2 #',
    });
    await expect(lab.home.transport().connect(target)).rejects.toMatchObject({
      message: expect.stringContaining('127.0.0.1 2222 ops cp1') as string,
    });
  });

  test('that fails says why, at once, and is not run again', async () => {
    await using lab = await sshdLab();
    const { mark, environment } = markedEnvironment();
    const target = lab.home.target({
      proxyCommand: `sh -c 'echo run >>${lab.home.path}/runs; echo no way to go >&2; exit 3'`,
    });
    await expect(lab.home.transport({ environment }).connect(target)).rejects.toMatchObject({
      code: 'connect-failed',
      host: 'lb1',
      message: 'lb1: its ProxyCommand ended (exit 3) before the login was done: no way to go',
    });
    expect(await lab.home.read('runs')).toBe('run\n');
    await until(() => processesMarked(mark).length === 0);
  });

  test('whose bastion refuses the login is not run again either', async () => {
    await using lab = await sshdLab();
    const bastion = await lab.start({ authorized: [makeKey()] });
    const target = lab.home.target({
      port: 1,
      proxyCommand: `${sshTo(lab.home, bastion.port)} -W %h:%p root@127.0.0.1`,
    });
    await expect(lab.home.transport().connect(target)).rejects.toMatchObject({
      message: expect.stringContaining('root@127.0.0.1: Permission denied (publickey') as string,
    });
    expect(bastion.log.match(/by authenticating user root/g)).toHaveLength(1);
  });

  test('that never ends by itself is ended with the connection, also when the login fails', async () => {
    await using lab = await sshdLab();
    const host = await lab.start({ authorized: [makeKey()] });
    const { mark, environment } = markedEnvironment();
    const stubborn = `sh -c 'trap "" TERM; sleep 300 & busybox nc %h %p; wait'`;
    const target = lab.home.target({ port: host.port, proxyCommand: stubborn });
    await expect(lab.home.transport({ environment }).connect(target)).rejects.toMatchObject({
      code: 'authentication-failed',
    });
    await until(() => processesMarked(mark).length === 0);
  });

  test('cannot be made to run what stands in a name', async () => {
    await using lab = await sshdLab();
    const target: Target = { ...lab.home.target({ proxyCommand: 'nc %h %p' }), address: '$(touch /tmp/x)' };
    await expect(lab.home.transport().connect(target)).rejects.toMatchObject({
      message: 'lb1: its ProxyCommand cannot be used: "$(touch /tmp/x)" cannot stand in a command',
    });
  });

  test('leads thirty hosts through one bastion that takes ten logins at a time', async () => {
    await using lab = await sshdLab();
    const [bastion, host] = [await lab.start(), await lab.start()];
    const proxyCommand = `${sshTo(lab.home, bastion.port)} -W %h:%p root@127.0.0.1`;
    const transport = lab.home.transport();
    const sessions = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        transport.connect(lab.home.target({ host: `lb${n}`, port: host.port, proxyCommand })),
      ),
    );
    expect(sessions).toHaveLength(30);
    await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()));
  });
});

describe.skipIf(sshdIsAvailable)('ways to a host', () => {
  test.skip('need root and openssh-server: apt-get install openssh-server', () => undefined);
});

interface Way {
  readonly home: SshHome;
  readonly bastion: number;
}

function sshTo({ identity, knownHosts }: SshHome, port: number): string {
  return `ssh -F none -i ${identity} -o UserKnownHostsFile=${knownHosts} -o StrictHostKeyChecking=yes -o BatchMode=yes -p ${port}`;
}

async function whoIs(session: Session): Promise<string> {
  const [result] = await session.probe([probe('id', '-u')]);
  return stdoutOf(result ?? expect.fail());
}
