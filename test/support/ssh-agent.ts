import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import ssh2 from 'ssh2';
import type { TestKey } from './ssh-keys.ts';

/** An ssh-agent in this process that holds the given keys. */
export class SshAgent implements AsyncDisposable {
  readonly socket: string;
  /** How often the agent was asked what it holds. */
  listings = 0;
  /** Whether it refuses to sign, as one does that was locked or asks its user. */
  refuses = false;
  readonly #keys: readonly TestKey[];
  readonly #server: Server;

  private constructor(socket: string, keys: readonly TestKey[]) {
    this.socket = socket;
    this.#keys = keys;
    this.#server = createServer((connection) => this.#serve(connection));
  }

  static async start(socket: string, keys: readonly TestKey[]): Promise<SshAgent> {
    const agent = new SshAgent(socket, keys);
    agent.#server.listen(socket);
    await once(agent.#server, 'listening');
    return agent;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(connection: Socket): void {
    const protocol = new ssh2.AgentProtocol(false);
    connection.on('error', () => undefined);
    protocol.on('identities', (request) => {
      this.listings += 1;
      protocol.getIdentitiesReply(
        request,
        this.#keys.map(({ parsed }) => parsed),
      );
    });
    protocol.on('sign', (request, publicKey, data) => {
      const wanted = ssh2.utils.parseKey(publicKey);
      const key = this.#keys.find(
        ({ parsed }) => !(wanted instanceof Error) && parsed.getPublicSSH().equals(wanted.getPublicSSH()),
      );
      if (key === undefined || this.refuses) protocol.failureReply(request);
      else protocol.signReply(request, key.parsed.sign(data));
    });
    connection.pipe(protocol).pipe(connection);
  }
}
