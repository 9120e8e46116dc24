import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import { tlsCertificate, tlsKey } from './tls-certificate.ts';

/** How an API server behaves: an HTTP status, or one of the ways in which none comes. */
export type Behaviour = number | 'hangs' | 'hangs before TLS' | 'speaks no TLS' | 'resets' | 'refuses';

/** API servers on one port of many loopback addresses, one for each behaviour. */
export interface ApiServers extends AsyncDisposable {
  readonly port: number;
  /** The address where an API server behaves like this. */
  at(behaviour: Behaviour): string;
  /** What was asked of the server with this behaviour so far, as `METHOD path`. */
  requests(behaviour: Behaviour): readonly string[];
}

export async function startApiServers(behaviours: readonly Behaviour[]): Promise<ApiServers> {
  const sockets = new Set<Socket>();
  const requests = new Map<Behaviour, string[]>(behaviours.map((behaviour) => [behaviour, []]));
  const addresses = new Map(behaviours.map((behaviour, index) => [behaviour, `127.0.77.${index + 1}`]));
  const servers: Server[] = [];
  let port = 0;
  for (const [behaviour, address] of addresses) {
    if (behaviour === 'refuses') continue;
    const server = serverThat(behaviour, (line) => requests.get(behaviour)?.push(line));
    server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
    server.listen(port, address);
    await once(server, 'listening');
    servers.push(server);
    port = portOf(server);
  }
  return {
    port,
    at: (behaviour) => required(addresses.get(behaviour)),
    requests: (behaviour) => required(requests.get(behaviour)),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map(async (server) => once(server.close(), 'close')));
    },
  };
}

function serverThat(behaviour: Behaviour, onRequest: (line: string) => void): Server {
  switch (behaviour) {
    case 'hangs before TLS':
    case 'refuses':
      return createServer();
    case 'resets':
      return createServer((socket) => socket.resetAndDestroy());
    case 'speaks no TLS':
      return createServer((socket) => socket.end('HTTP/1.0 400 Bad Request\r\n\r\n'));
    default:
      return createHttpsServer({ cert: tlsCertificate, key: tlsKey }, (request, response) => {
        onRequest(`${request.method ?? ''} ${request.url ?? ''}`);
        if (behaviour !== 'hangs') response.writeHead(behaviour).end('ok');
      });
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('no server behaves like this');
  return value;
}
