import type { Readable, Writable } from 'node:stream';
import type { ServerChannel } from 'ssh2';

/**
 * Writes both streams of a command to one channel, a chunk at a time. A chunk that had to wait for the client's window
 * stays in ssh2 1.17 when it was sent, and is sent again when the other stream waits: it has to be forgotten by hand.
 */
export class Outlet {
  readonly #channel: ServerChannel;
  #last: Promise<void> = Promise.resolve();

  constructor(channel: ServerChannel) {
    this.#channel = channel;
  }

  carry(from: Readable, to: Writable): void {
    from.on('data', (chunk: Buffer) => {
      from.pause();
      this.#last = this.#last.then(() => this.#write(to, chunk)).then(() => void from.resume());
    });
  }

  drained(): Promise<void> {
    return this.#last;
  }

  #write(to: Writable, chunk: Buffer): Promise<void> {
    return new Promise((resolve) => {
      to.write(chunk, () => {
        Object.assign(this.#channel, {
          _chunk: undefined,
          _chunkcb: undefined,
          _chunkErr: undefined,
          _chunkcbErr: undefined,
        });
        resolve();
      });
    });
  }
}
