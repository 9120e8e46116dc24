import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createProber } from '../../../src/transport/prober.ts';
import type { EndpointRequest } from '../../../src/transport/transport.ts';
import { tlsCertificate, tlsKey } from '../../support/tls-certificate.ts';

test('an API server that answers is reported with its status and the certificate it served', async () => {
  await using server = await tlsServer((socket) => socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n{}'));
  const answer = await createProber().ask(request(server.port));
  expect(answer).toEqual({
    outcome: 'answered',
    status: 401,
    certificate: new X509Certificate(tlsCertificate).fingerprint256,
    der: new X509Certificate(tlsCertificate).raw,
    elapsedMs: expect.any(Number) as number,
  });
  expect(server.received.join('')).toBe(
    `GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nUser-Agent: konvoy-ha\r\nAccept: */*\r\nConnection: close\r\n\r\n`,
  );
});

test('an answer that comes in pieces is put together', async () => {
  await using server = await tlsServer((socket) => {
    socket.write('HTTP/1.1 20');
    setImmediate(() => socket.end('0 OK\r\nContent-Length: 2\r\n\r\nok'));
  });
  expect(await createProber().ask(request(server.port))).toMatchObject({ outcome: 'answered', status: 200 });
});

test('a port where nothing listens is refused', async () => {
  const server = await tlsServer(() => undefined);
  await server[Symbol.asyncDispose]();
  expect(await createProber().ask(request(server.port))).toEqual({
    outcome: 'refused',
    detail: 'connection refused',
  });
});

test('a server that takes the connection and says nothing is a timeout', async () => {
  await using silent = await listening(
    createTcpServer((socket) => socket.on('error', () => undefined).resume()),
  );
  expect(await createProber().ask(request(silent.port, 100))).toEqual({
    outcome: 'timeout',
    detail: 'no answer within 100 ms',
  });
});

test('a server that finishes TLS and then says nothing is a timeout', async () => {
  await using server = await tlsServer(() => undefined);
  expect((await createProber().ask(request(server.port, 300))).outcome).toBe('timeout');
});

test('a server that does not speak TLS is told apart', async () => {
  await using plain = await listening(
    createTcpServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    ),
  );
  expect((await createProber().ask(request(plain.port))).outcome).toBe('not-tls');
});

test('a server that speaks TLS but not HTTP is told apart', async () => {
  await using server = await tlsServer((socket) => socket.end('220 mail.example.org ESMTP\r\n'));
  expect(await createProber().ask(request(server.port))).toMatchObject({
    outcome: 'not-tls',
    detail: 'it speaks TLS, but not HTTP',
  });
});

test('a server that hangs up without an answer is unreachable', async () => {
  await using server = await tlsServer((socket) => socket.end());
  expect((await createProber().ask(request(server.port))).outcome).toBe('unreachable');
});

test('an abort rejects with its reason and closes the connection', async () => {
  await using server = await tlsServer(() => undefined);
  const abort = new AbortController();
  const asked = createProber().ask(request(server.port, 10_000), abort.signal);
  const settled = Promise.allSettled([asked]);
  await once(server.server, 'secureConnection');
  abort.abort(new Error('the user pressed Ctrl-C'));
  expect((await settled)[0]).toMatchObject({ reason: { message: 'the user pressed Ctrl-C' } });
  await expect(createProber().ask(request(server.port), abort.signal)).rejects.toThrow('Ctrl-C');
});

function request(port: number, timeoutMs = 5_000): EndpointRequest {
  return { host: '127.0.0.1', port, path: '/readyz', timeoutMs };
}

interface TestServer extends AsyncDisposable {
  readonly server: Server;
  readonly port: number;
}

/** Answers each request once its head has arrived. */
async function tlsServer(
  answer: (socket: TLSSocket) => unknown,
): Promise<TestServer & { readonly received: string[] }> {
  const received: string[] = [];
  const server = createTlsServer({ key: tlsKey, cert: tlsCertificate }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk.toString());
      answer(socket);
    });
  });
  return { ...(await listening(server)), received };
}

async function listening(server: Server): Promise<TestServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
