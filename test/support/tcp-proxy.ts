import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * Stands between a client and a server on 127.0.0.1: counts how often the client spoke and had to wait for an answer,
 * which is the number of round trips, and can cut the line.
 */
export class TcpProxy implements AsyncDisposable {
  /** Flights of the client that were followed by an answer of the server. */
  roundTrips = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #clientSpoke = false;
  #frozen = false;

  private constructor(targetPort: number) {
    this.#server = createServer((client) => this.#join(client, connect(targetPort, '127.0.0.1')));
  }

  static async to(port: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(port);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that are open, both halves counted. */
  get openSockets(): number {
    return this.#sockets.size;
  }

  /** Passes nothing on any more and keeps the connections open: a peer that was unplugged. */
  freeze(): void {
    this.#frozen = true;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, server: Socket): void {
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => {
      this.#clientSpoke = true;
      if (!this.#frozen) server.write(chunk);
    });
    server.on('data', (chunk: Buffer) => {
      if (this.#clientSpoke) this.roundTrips += 1;
      this.#clientSpoke = false;
      if (!this.#frozen) client.write(chunk);
    });
    client.on('end', () => server.end());
    server.on('end', () => client.end());
  }
}
