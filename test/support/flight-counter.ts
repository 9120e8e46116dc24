import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * Stands between clients and a server, holds everything back for a while in both directions, and counts round trips:
 * the longest chain of a client that spoke after it had heard the answer to what it had said before. What crosses on the
 * way costs nobody time and does not count. The delay has to be longer than what either side dawdles over one flight.
 */
export class FlightCounter implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Of each connection so far. */
  readonly #counts: { roundTrips: number }[] = [];

  private constructor(host: string, port: number, delayMs: number) {
    this.#server = createServer((client) => this.#join(client, connect(port, host), delayMs));
  }

  static async to(
    port: number,
    { host = '127.0.0.1', delayMs = 50 }: { readonly host?: string; readonly delayMs?: number } = {},
  ): Promise<FlightCounter> {
    const counter = new FlightCounter(host, port, delayMs);
    counter.#server.listen(0, '127.0.0.1');
    await once(counter.#server, 'listening');
    return counter;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Round trips that a client waited for, or could have waited for: of all connections together. */
  get roundTrips(): number {
    return this.#counts.reduce((sum, { roundTrips }) => sum + roundTrips, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, server: Socket, delayMs: number): void {
    // What the client has heard is what is counted; its flight n is answered by a server's flight n.
    let heardByServer = 0;
    const count = { roundTrips: 0 };
    this.#counts.push(count);
    this.#carry({ from: client, to: server, delayMs }, () => {
      const flight = count.roundTrips + 1;
      return () => (heardByServer = Math.max(heardByServer, flight));
    });
    this.#carry({ from: server, to: client, delayMs }, () => {
      const flight = heardByServer;
      return () => (count.roundTrips = Math.max(count.roundTrips, flight));
    });
  }

  /** Passes on what one side says, later; `depart` is called when it was said and returns what happens on arrival. */
  #carry({ from, to, delayMs }: Line, depart: () => () => void): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.on('error', () => undefined);
    from.on('data', (chunk: Buffer) => {
      const arrive = depart();
      setTimeout(() => {
        arrive();
        to.write(chunk);
      }, delayMs);
    });
    from.on('end', () => setTimeout(() => to.end(), delayMs));
    from.on('close', () => {
      this.#sockets.delete(from);
      setTimeout(() => to.destroy(), delayMs);
    });
  }
}

/** One direction of a connection. */
interface Line {
  readonly from: Socket;
  readonly to: Socket;
  readonly delayMs: number;
}

/**
 * The fewest round trips in several runs. A side that is kept from running for longer than the delay, on a busy machine,
 * makes one flight into two: that can only add to the count, and does not happen every time.
 */
export async function fewestRoundTrips(count: () => Promise<number>): Promise<number> {
  const counts: number[] = [];
  for (let run = 0; run < 3; run += 1) counts.push(await count());
  return Math.min(...counts);
}
