/** What a reporter needs of a stream: `process.stdout` is one. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  on?(event: 'error', listener: (error: Error) => void): unknown;
}

/** A stream that swallows what it cannot deliver: a reader that went away (`| head`) must never stop a run half-way. */
export interface Sink {
  write(text: string): void;
}

/** Listens for the stream's errors for good: EPIPE may arrive after the last write. */
export function openSink(stream: OutputStream): Sink {
  let isBroken = false;
  stream.on?.('error', () => {
    isBroken = true;
  });
  return {
    write: (text) => {
      if (!isBroken && text !== '') stream.write(text);
    },
  };
}
