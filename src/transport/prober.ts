import { isIP } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { onAbort } from './abort.ts';
import type { EndpointAnswer, EndpointProber, EndpointRequest } from './transport.ts';

/** Asks with a TLS connection of its own for each request, so that every request finds its own way to a host. */
export function createProber(): EndpointProber {
  return {
    ask: (request: EndpointRequest, signal?: AbortSignal): Promise<EndpointAnswer> => ask(request, signal),
  };
}

async function ask(request: EndpointRequest, signal?: AbortSignal): Promise<EndpointAnswer> {
  signal?.throwIfAborted();
  const started = performance.now();
  return new Promise<EndpointAnswer>((resolve, reject) => {
    const socket = connect(tlsOptions(request));
    const end = (report: () => void): void => {
      clearTimeout(timer);
      stopListening();
      socket.destroy();
      report();
    };
    const settle = (answer: EndpointAnswer): void => end(() => resolve(answer));
    const timer = setTimeout(
      () => settle({ outcome: 'timeout', detail: silence(request) }),
      request.timeoutMs,
    );
    const stopListening = onAbort(signal, (reason) => end(() => reject(reason)));
    let text = '';
    socket.on('secureConnect', () => socket.write(httpRequest(request)));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const status = statusOf(text);
      if (status === 'incomplete') return;
      const elapsedMs = performance.now() - started;
      if (status === 'not-http') settle({ outcome: 'not-tls', detail: 'it speaks TLS, but not HTTP' });
      else settle({ outcome: 'answered', status, ...certificateOf(socket), elapsedMs });
    });
    socket.on('error', (error: Error) => settle(failure(error)));
    socket.on('close', () =>
      settle({ outcome: 'unreachable', detail: 'it closed the connection without an answer' }),
    );
  });
}

function tlsOptions({ host, port }: EndpointRequest): ConnectionOptions {
  // Read, not trusted: the certificate is shown to the user and compared between hosts.
  const options: ConnectionOptions = { host, port, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] };
  // A server name must not be an address (RFC 6066 §3).
  return isIP(host) === 0 ? { ...options, servername: host } : options;
}

function httpRequest({ host, port, path }: EndpointRequest): string {
  const name = isIP(host) === 6 ? `[${host}]` : host;
  return `GET ${path} HTTP/1.1\r\nHost: ${name}:${port}\r\nUser-Agent: konvoy-ha\r\nAccept: */*\r\nConnection: close\r\n\r\n`;
}

function statusOf(text: string): number | 'incomplete' | 'not-http' {
  const [line, rest] = text.split('\r\n', 2);
  if (rest === undefined) return text.length > longestStatusLine ? 'not-http' : 'incomplete';
  const code = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(line ?? '')?.[1];
  return code === undefined ? 'not-http' : Number(code);
}

function certificateOf(socket: TLSSocket): { readonly certificate: string; readonly der: Uint8Array } {
  const { fingerprint256, raw } = socket.getPeerCertificate();
  return { certificate: fingerprint256, der: raw };
}

function failure(error: Error): EndpointAnswer {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'ECONNREFUSED') return { outcome: 'refused', detail: 'connection refused' };
  if (code === 'ETIMEDOUT') return { outcome: 'timeout', detail: 'no answer to the connection attempt' };
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') return { outcome: 'not-tls', detail: error.message };
  return {
    outcome: 'unreachable',
    detail: code === '' ? error.message : `${code}: ${error.message || 'no way there'}`,
  };
}

function silence({ timeoutMs }: EndpointRequest): string {
  return `no answer within ${timeoutMs} ms`;
}

const longestStatusLine = 8192;
