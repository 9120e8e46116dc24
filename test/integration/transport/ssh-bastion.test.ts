import { expect, test } from 'vitest';
import { probe } from '../../../src/domain/command.ts';
import { makeKey } from '../../support/ssh-keys.ts';
import { sshLab } from '../../support/ssh-lab.ts';
import { SshServer } from '../../support/ssh-server.ts';
import { until } from '../../support/until.ts';

test('hosts behind a bastion share one connection to it, which ends with the last of them', async () => {
  await using lab = await sshLab();
  const [bastion, one, two] = [await lab.start(), await lab.start(), await lab.start()];
  const transport = lab.home.transport();
  const jump = lab.home.target({ host: 'bastion', port: bastion.port });
  const [first, second] = await Promise.all([
    transport.connect(lab.home.target({ host: 'lb1', port: one.port, jump })),
    transport.connect(lab.home.target({ host: 'lb2', port: two.port, jump })),
  ]);
  const [result] = await first.probe([probe('echo', 'through')]);
  expect(Buffer.from(result?.stdout ?? []).toString()).toBe('through\n');
  expect(bastion.connections).toBe(1);
  expect(bastion.commands).toEqual([]);
  expect([...bastion.forwarded].sort()).toEqual([`127.0.0.1 ${one.port}`, `127.0.0.1 ${two.port}`].sort());
  await first[Symbol.asyncDispose]();
  expect(bastion.openSockets).toBe(1);
  await second[Symbol.asyncDispose]();
  await until(() => bastion.openSockets + one.openSockets + two.openSockets === 0);
});

test('the host behind a bastion is verified under its own name, before any attempt to log in', async () => {
  await using lab = await sshLab();
  const bastion = await lab.start();
  await using stranger = await SshServer.start({ authorized: [lab.home.key] });
  await lab.home.trust(stranger.port, makeKey());
  const jump = lab.home.target({ host: 'bastion', port: bastion.port });
  const attempt = lab.home.transport().connect(lab.home.target({ port: stranger.port, jump }));
  await expect(attempt).rejects.toMatchObject({ code: 'host-key-changed', host: 'lb1' });
  expect(stranger.authAttempts).toEqual([]);
  await until(() => bastion.openSockets === 0);
});

test('a bastion that nobody knows is refused before any attempt to log in', async () => {
  await using lab = await sshLab();
  const host = await lab.start();
  await using stranger = await SshServer.start({ authorized: [lab.home.key] });
  const jump = lab.home.target({ host: 'bastion', port: stranger.port });
  const attempt = lab.home.transport().connect(lab.home.target({ port: host.port, jump }));
  await expect(attempt).rejects.toMatchObject({
    code: 'host-key-unknown',
    host: 'lb1',
    message: expect.stringMatching(/^cannot reach lb1: bastion: the ED25519 key /) as string,
  });
  expect(stranger.authAttempts).toEqual([]);
  expect(host.connections).toBe(0);
});

test('a bastion that refuses the login is asked once, not once for each host behind it', async () => {
  await using lab = await sshLab();
  const host = await lab.start();
  const bastion = await lab.start({ authorized: [makeKey()] });
  const transport = lab.home.transport();
  const jump = lab.home.target({ host: 'bastion', port: bastion.port });
  for (const name of ['lb1', 'lb2', 'lb3']) {
    const attempt = transport.connect(lab.home.target({ host: name, port: host.port, jump }));
    await expect(attempt).rejects.toMatchObject({
      code: 'authentication-failed',
      host: name,
      message: expect.stringContaining(`cannot reach ${name}: bastion refuses to log in root`) as string,
    });
  }
  expect(bastion.authAttempts).toHaveLength(1);
});

test('a bastion that opens no stream to the host is named as the reason', async () => {
  await using lab = await sshLab();
  const host = await lab.start();
  const bastion = await lab.start({ refusesForwarding: true });
  const jump = lab.home.target({ host: 'bastion', port: bastion.port });
  await expect(
    lab.home.transport().connect(lab.home.target({ port: host.port, jump })),
  ).rejects.toMatchObject({
    code: 'connect-failed',
    message: `lb1: the bastion cannot connect to it (127.0.0.1 port ${host.port} through bastion)`,
  });
  await until(() => bastion.openSockets === 0);
});

test('a bastion that finds no way to the host is given up after the time limit', async () => {
  await using lab = await sshLab();
  const [bastion, host] = [await lab.start({ ignoresRequests: true }), await lab.start()];
  const jump = lab.home.target({ host: 'bastion', port: bastion.port });
  const transport = lab.home.transport({ readyTimeoutMs: 300 });
  await expect(transport.connect(lab.home.target({ port: host.port, jump }))).rejects.toMatchObject({
    code: 'connect-failed',
    message: `lb1: it does not answer (127.0.0.1 port ${host.port} through bastion)`,
  });
  const abort = new AbortController();
  const attempt = lab.home.transport().connect(lab.home.target({ port: host.port, jump }), abort.signal);
  const settled = Promise.allSettled([attempt]);
  await until(() => bastion.authAttempts.length === 2);
  abort.abort(new Error('the user pressed Ctrl-C'));
  expect((await settled)[0]).toMatchObject({ reason: { message: 'the user pressed Ctrl-C' } });
  await until(() => bastion.openSockets === 0);
});

test('a bastion behind a bastion works the same', async () => {
  await using lab = await sshLab();
  const [outer, inner, host] = [await lab.start(), await lab.start(), await lab.start()];
  const outerTarget = lab.home.target({ host: 'outer', port: outer.port });
  const innerTarget = lab.home.target({ host: 'inner', port: inner.port, jump: outerTarget });
  const session = await lab.home.transport().connect(lab.home.target({ port: host.port, jump: innerTarget }));
  expect(outer.forwarded).toEqual([`127.0.0.1 ${inner.port}`]);
  expect(inner.forwarded).toEqual([`127.0.0.1 ${host.port}`]);
  await session[Symbol.asyncDispose]();
  await until(() => outer.openSockets + inner.openSockets + host.openSockets === 0);
});

test('a bastion that dies takes its sessions with it, and each says so', async () => {
  await using lab = await sshLab();
  const [bastion, host] = [await lab.start(), await lab.start()];
  const jump = lab.home.target({ host: 'bastion', port: bastion.port });
  await using session = await lab.home.transport().connect(lab.home.target({ port: host.port, jump }));
  const settled = Promise.allSettled([session.probe([probe('sleep', '0.5')])]);
  bastion.cutAll();
  expect((await settled)[0]).toMatchObject({ reason: { code: 'connection-lost', host: 'lb1' } });
});

test('aborting one of two hosts that wait for the bastion does not stop the other', async () => {
  await using lab = await sshLab();
  const [bastion, host] = [await lab.start({ dropFirst: 1 }), await lab.start()];
  const transport = lab.home.transport();
  const jump = lab.home.target({ host: 'bastion', port: bastion.port });
  const abort = new AbortController();
  const given = transport.connect(lab.home.target({ host: 'lb1', port: host.port, jump }), abort.signal);
  const wanted = transport.connect(lab.home.target({ host: 'lb2', port: host.port, jump }));
  const settled = Promise.allSettled([given, wanted]);
  abort.abort(new Error('gave up'));
  const [first, second] = await settled;
  expect(first).toMatchObject({ status: 'rejected', reason: { message: 'gave up' } });
  if (second.status === 'rejected') expect.fail(String(second.reason));
  await second.value[Symbol.asyncDispose]();
  await until(() => bastion.openSockets === 0);
});
