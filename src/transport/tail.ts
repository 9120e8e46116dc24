/** The last part of what a program says, for messages; it may talk for ever. */
export class Tail {
  #bytes: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]).subarray(-most);
  }

  get text(): string {
    return this.#bytes.toString();
  }

  /** The last lines that are not empty, as one. */
  lastLines(count: number): string {
    const lines = this.text.split('\n').map((line) => line.trim());
    return lines
      .filter((line) => line !== '')
      .slice(-count)
      .join('; ');
  }
}

const most = 16 * 1024;
