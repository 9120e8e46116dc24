/** What stood on a stream before a mark, and what the mark says. */
export interface Frame {
  readonly body: Buffer;
  readonly label: string;
}

/** Cuts one stream of bytes at the marks of a connection. Every byte is looked at a bounded number of times. */
export class FrameReader {
  readonly #mark: Buffer;
  /** Bytes that cannot be part of a mark any more. */
  #settled: Buffer[] = [];
  /** The end of what was read, where a mark may have begun. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(marker: string) {
    this.#mark = Buffer.from(`${marker}:`);
  }

  push(chunk: Buffer): readonly Frame[] {
    const frames: Frame[] = [];
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (let frame = this.#take(); frame !== undefined; frame = this.#take()) frames.push(frame);
    return frames;
  }

  /** What has arrived since the last mark. */
  unframed(): Buffer {
    return Buffer.concat([...this.#settled, this.#rest]);
  }

  #take(): Frame | undefined {
    const start = this.#rest.indexOf(this.#mark);
    if (start === -1) {
      this.#settle(this.#rest.length - (this.#mark.length - 1));
      return undefined;
    }
    const end = this.#rest.indexOf(newline, start);
    if (end === -1) {
      this.#settle(start);
      return undefined;
    }
    const body = Buffer.concat([...this.#settled, this.#rest.subarray(0, start)]);
    const label = this.#rest.toString('latin1', start + this.#mark.length, end);
    this.#settled = [];
    this.#rest = this.#rest.subarray(end + 1);
    return { body, label };
  }

  #settle(length: number): void {
    if (length <= 0) return;
    this.#settled.push(this.#rest.subarray(0, length));
    this.#rest = this.#rest.subarray(length);
  }
}

const newline = 0x0a;
