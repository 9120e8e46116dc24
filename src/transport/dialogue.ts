import type { Readable, Writable } from 'node:stream';
import { KonvoyError } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import { onAbort } from './abort.ts';
import { asError } from './as-error.ts';
import { FrameReader, type Frame } from './frame-reader.ts';

/** The three streams of a `/bin/sh -s` somewhere, and its end. */
export interface ShellChannel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves, and never rejects, with the reason for people, when nothing more will arrive. */
  readonly ended: Promise<string>;
  /** Lets what was written arrive and ends the connection. */
  hangUp(): void;
  /** Ends the connection at once. */
  destroy(): void;
}

/** Collects what a shell answers to one script. */
export interface Answer {
  readonly complete: boolean;
  /** Returns what the shell waits for before it goes on, if anything. */
  addStdout(frame: Frame): Iterable<Buffer>;
  addStderr(frame: Frame): void;
}

/** What arrived before the first mark, when there was none. */
export interface Noise {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Scripts and answers over one channel, one script at a time, the others in a queue. The first failure ends it: whoever
 * waits gets that failure, and so does whoever asks later.
 */
export class Dialogue {
  readonly #channel: ShellChannel;
  readonly #host: HostName;
  readonly #stdout: FrameReader;
  readonly #stderr: FrameReader;
  readonly #waiting: Exchange[] = [];
  #running: Exchange | undefined;
  #failure: Error | undefined;

  constructor(channel: ShellChannel, host: HostName, marker: string) {
    this.#channel = channel;
    this.#host = host;
    this.#stdout = new FrameReader(marker);
    this.#stderr = new FrameReader(marker);
    channel.stdout.on('data', (chunk: Buffer) => this.#receive(this.#stdout, chunk));
    channel.stderr.on('data', (chunk: Buffer) => this.#receive(this.#stderr, chunk));
    // A broken stream is told by `ended`, with its reason.
    for (const stream of [channel.stdin, channel.stdout, channel.stderr]) stream.on('error', () => undefined);
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  get idle(): boolean {
    return this.#running === undefined;
  }

  /** Sends a script when its turn comes; resolves when its answer is complete. */
  async ask<A extends Answer>(script: Buffer, answer: A, signal?: AbortSignal): Promise<A> {
    signal?.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure;
    let stopListening = (): void => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const exchange: Exchange = { script, answer, resolve, reject };
        stopListening = onAbort(signal, (reason) => this.#abandon(exchange, reason));
        this.#waiting.push(exchange);
        this.#next();
      });
      return answer;
    } finally {
      stopListening();
    }
  }

  /** What was printed and is not part of an answer. */
  noise(): Noise {
    return { stdout: this.#stdout.unframed().toString(), stderr: this.#stderr.unframed().toString() };
  }

  /** Lets nobody ask any more and rejects whoever waits. */
  fail(cause: Error): void {
    this.#failure ??= cause;
    const exchanges = [...(this.#running === undefined ? [] : [this.#running]), ...this.#waiting];
    this.#running = undefined;
    this.#waiting.length = 0;
    for (const exchange of exchanges) exchange.reject(this.#failure);
  }

  /** The failure that says that the connection is gone. */
  lost(reason: string): KonvoyError {
    return new KonvoyError(`lost the connection to ${this.#host}: ${reason}`, {
      code: 'connection-lost',
      host: this.#host,
    });
  }

  #next(): void {
    if (this.#running !== undefined) return;
    this.#running = this.#waiting.shift();
    if (this.#running !== undefined) this.#channel.stdin.write(this.#running.script);
  }

  #receive(reader: FrameReader, chunk: Buffer): void {
    try {
      for (const frame of reader.push(chunk)) this.#accept(reader, frame);
    } catch (cause) {
      this.fail(asError(cause));
      this.#channel.destroy();
    }
  }

  #accept(reader: FrameReader, frame: Frame): void {
    const running = this.#running;
    // After a failure nobody is interested; before one it would be a bug.
    if (running === undefined && this.#failure !== undefined) return;
    if (running === undefined) throw new Error(`a mark nobody waits for: ${frame.label}`);
    if (reader === this.#stdout) void this.#send(running.answer.addStdout(frame));
    else running.answer.addStderr(frame);
    if (!running.answer.complete) return;
    this.#running = undefined;
    running.resolve();
    this.#next();
  }

  /** Piece by piece, as fast as the other side reads: a payload is never in memory twice. */
  async #send(pieces: Iterable<Buffer>): Promise<void> {
    const { stdin } = this.#channel;
    for (const piece of pieces) {
      if (this.#failure !== undefined || stdin.destroyed) return;
      if (!stdin.write(piece)) await ready(stdin);
    }
  }

  #abandon(exchange: Exchange, reason: Error): void {
    exchange.reject(reason);
    const place = this.#waiting.indexOf(exchange);
    if (place !== -1) {
      this.#waiting.splice(place, 1);
      return;
    }
    // The host may be busy with it for ever: a shell that cannot be asked anything more is of no use.
    this.fail(this.lost('it was closed when a running command was abandoned'));
    this.#channel.destroy();
  }
}

interface Exchange {
  readonly script: Buffer;
  readonly answer: Answer;
  readonly resolve: () => void;
  readonly reject: (cause: Error) => void;
}

/** Resolves when the stream takes more, or nothing any more. */
function ready(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      for (const event of events) stream.off(event, settle);
      resolve();
    };
    for (const event of events) stream.on(event, settle);
  });
}

const events = ['drain', 'close', 'error'] as const;
