import type { Duplex } from 'node:stream';
import type { Shareable } from '../shared-connections.ts';
import type { Connection } from './login.ts';

/** A connection to a bastion, which opens streams to the hosts behind it. */
export interface Bastion extends Shareable {
  forward(address: string, port: number): Promise<Duplex>;
}

export function bastionOver({ client, ended }: Connection): Bastion {
  return {
    ended,
    end: () => void client.end(),
    forward: (address, port) =>
      new Promise((resolve, reject) => {
        client.forwardOut('127.0.0.1', 0, address, port, (error, stream) => {
          if (error === undefined) resolve(stream);
          else reject(error);
        });
      }),
  };
}
