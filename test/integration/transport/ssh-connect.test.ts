import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { probe, probeScript } from '../../../src/domain/command.ts';
import { sshLab } from '../../support/ssh-lab.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { until } from '../../support/until.ts';

test('a port where nothing listens is a failure that says so', async () => {
  await using lab = await sshLab();
  const port = await closedPort();
  await expect(lab.home.transport().connect(lab.home.target({ port }))).rejects.toMatchObject({
    code: 'connect-failed',
    host: 'lb1',
    message: `lb1: nothing listens there (127.0.0.1 port ${port})`,
  });
});

test('a server that never says a word is given up after the time limit', async () => {
  await using lab = await sshLab();
  const silent = createServer((socket) => socket.on('error', () => undefined).resume()).listen(
    0,
    '127.0.0.1',
  );
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const transport = lab.home.transport({ readyTimeoutMs: 200 });
  await expect(transport.connect(lab.home.target({ port }))).rejects.toMatchObject({
    code: 'connect-failed',
    message: `lb1: it does not answer (127.0.0.1 port ${port})`,
  });
  await new Promise((resolve) => silent.close(resolve));
});

test('connections that are dropped before the handshake are tried again', async () => {
  await using lab = await sshLab();
  const server = await lab.start({ dropFirst: 2 });
  await using session = await lab.home.transport().connect(lab.home.target({ port: server.port }));
  expect(session.host).toBe('lb1');
  expect(server.connections).toBe(3);
});

test('an abort between two tries ends them with its reason', async () => {
  await using lab = await sshLab();
  const server = await lab.start({ dropFirst: 100 });
  const abort = new AbortController();
  const attempt = lab.home.transport().connect(lab.home.target({ port: server.port }), abort.signal);
  const settled = Promise.allSettled([attempt]);
  await until(() => server.connections === 2);
  abort.abort(new Error('the user pressed Ctrl-C'));
  expect((await settled)[0]).toMatchObject({ reason: { message: 'the user pressed Ctrl-C' } });
  expect(server.connections).toBeLessThanOrEqual(3);
});

test('a server that drops every connection is given up after four', async () => {
  await using lab = await sshLab();
  const server = await lab.start({ dropFirst: 100 });
  await expect(lab.home.transport().connect(lab.home.target({ port: server.port }))).rejects.toMatchObject({
    code: 'connect-failed',
    message: expect.stringContaining('closed the connection before the handshake') as string,
  });
  expect(server.connections).toBe(4);
});

test('at most eight connections to one server wait for their login at a time', async () => {
  await using lab = await sshLab();
  const server = await lab.start();
  const transport = lab.home.transport();
  const target = lab.home.target({ port: server.port });
  const sessions = await Promise.all(Array.from({ length: 24 }, () => transport.connect(target)));
  expect(server.mostUnauthenticated).toBeLessThanOrEqual(8);
  expect(server.mostUnauthenticated).toBeGreaterThan(1);
  await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()));
  await until(() => server.openSockets === 0);
});

test('aborting while a connection is made rejects with the reason and leaves no socket', async () => {
  await using lab = await sshLab();
  const server = await lab.start();
  await using proxy = await TcpProxy.to(server.port);
  proxy.freeze();
  const abort = new AbortController();
  const attempt = lab.home.transport().connect(lab.home.target({ port: proxy.port }), abort.signal);
  const settled = Promise.allSettled([attempt]);
  await until(() => proxy.openSockets > 0);
  abort.abort(new Error('the user pressed Ctrl-C'));
  expect((await settled)[0]).toMatchObject({ reason: { message: 'the user pressed Ctrl-C' } });
  await until(() => proxy.openSockets === 0);
});

test('one signal may stop any number of hosts, and nothing is said about too many listeners', async () => {
  await using lab = await sshLab();
  const server = await lab.start();
  const transport = lab.home.transport();
  const { signal } = new AbortController();
  const warnings: string[] = [];
  const listener = (warning: Error): void => void warnings.push(warning.message);
  process.on('warning', listener);
  const target = lab.home.target({ port: server.port });
  const sessions = await Promise.all(Array.from({ length: 16 }, () => transport.connect(target, signal)));
  await Promise.all(sessions.map((session) => session.probe([probe('true')], signal)));
  await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()));
  process.off('warning', listener);
  expect(warnings).toEqual([]);
});

test('an abort that came before is noticed before anything is sent', async () => {
  await using lab = await sshLab();
  const server = await lab.start();
  const signal = AbortSignal.abort(new Error('too late'));
  await expect(lab.home.transport().connect(lab.home.target({ port: server.port }), signal)).rejects.toThrow(
    'too late',
  );
  expect(server.connections).toBe(0);
});

test('a host that was unplugged is noticed by the keepalive', async () => {
  await using lab = await sshLab();
  const server = await lab.start();
  await using proxy = await TcpProxy.to(server.port);
  await lab.home.trust(proxy.port, server.hostKeys[0] ?? expect.fail());
  const transport = lab.home.transport({ keepaliveIntervalMs: 50 });
  await using session = await transport.connect(lab.home.target({ port: proxy.port }));
  const running = session.probe([probeScript('sleep 1')]);
  const settled = Promise.allSettled([running]);
  proxy.freeze();
  expect((await settled)[0]).toMatchObject({
    reason: { code: 'connection-lost', message: 'lost the connection to lb1: it stopped answering' },
  });
});

test('a server that logs in and then ignores us is given up after the time limit', async () => {
  await using lab = await sshLab();
  const server = await lab.start({ ignoresRequests: true });
  const transport = lab.home.transport({ readyTimeoutMs: 300 });
  await expect(transport.connect(lab.home.target({ port: server.port }))).rejects.toMatchObject({
    code: 'connect-failed',
    message: expect.stringMatching(
      /^lb1: root is logged in, but sshd does not start a shell: .*timeout/,
    ) as string,
  });
  await until(() => server.openSockets === 0);
});

test('a login whose shell never answers is given up after the time limit', async () => {
  await using lab = await sshLab();
  const server = await lab.start({ replaceCommand: 'exec sleep 1' });
  const transport = lab.home.transport({ readyTimeoutMs: 300 });
  await expect(transport.connect(lab.home.target({ port: server.port }))).rejects.toMatchObject({
    code: 'connect-failed',
    message: 'lb1: no root shell within 0.3 s after the login',
  });
  await until(() => server.openSockets === 0);
});

test('an account without a usable shell is told apart from one that sudo refuses', async () => {
  await using lab = await sshLab();
  const server = await lab.start({
    replaceCommand: 'echo "This account is currently not available."; exit 1',
  });
  await expect(lab.home.transport().connect(lab.home.target({ port: server.port }))).rejects.toMatchObject({
    code: 'connect-failed',
    message: expect.stringContaining('exit 1): This account is currently not available.') as string,
  });
});

test('a host without base64 is refused, for files could not reach it whole', async () => {
  await using lab = await sshLab();
  const server = await lab.start({ replaceCommand: 'sed -u s/base64/base46/ | exec /bin/sh -s' });
  await expect(lab.home.transport().connect(lab.home.target({ port: server.port }))).rejects.toMatchObject({
    code: 'connect-failed',
    message: 'lb1 has no working base64',
  });
});

test('a host costs one login and one command line, however much is asked of it', async () => {
  await using lab = await sshLab();
  const server = await lab.start();
  const session = await lab.home.transport().connect(lab.home.target({ port: server.port }));
  for (let batch = 0; batch < 5; batch += 1) await session.probe([probe('true'), probe('true')]);
  await session[Symbol.asyncDispose]();
  expect(server.connections).toBe(1);
  expect(server.commands).toHaveLength(1);
  await until(() => server.openSockets === 0);
});

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
