import { readFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import type { Lab } from '../../src/lab/lab.ts';

/** What one request to the VIP got: an answer and who gave it, or no answer and why. */
export type VipAnswer =
  | { readonly outcome: 'answered'; readonly status: number; readonly servedBy: string }
  /** Answered, but what TCP sent first was lost: no host had the VIP at that moment, and TCP asked again. */
  | { readonly outcome: 'late'; readonly status: number; readonly servedBy: string }
  /** A host had taken the connection and then did not answer on it: the VIP moved away from under it. */
  | { readonly outcome: 'cut'; readonly reason: string }
  /** No host took the connection. */
  | { readonly outcome: 'refused'; readonly reason: string };

/** What a client saw of the VIP. */
export interface VipUse {
  readonly requests: number;
  readonly refused: number;
  /** When those were asked that were answered late, in milliseconds since the epoch. */
  readonly lateAt: readonly number[];
  readonly cut: number;
  /** From the last request that was answered at once before one that was not, to the next that was; 0 when all were. */
  readonly longestGapMs: number;
  /** The hosts that answered, in the order of their first answers. */
  readonly servedBy: readonly string[];
  /** Every request that was not answered at once, with the time since the start. */
  readonly losses: readonly string[];
}

/** The numbers first, then on a line of its own every request that was not answered at once. */
export function useWords(use: VipUse): string {
  const numbers = `of ${use.requests} requests ${use.refused} not taken, ${use.lateAt.length} late, ${use.cut} cut; longest gap ${use.longestGapMs} ms`;
  return [numbers, ...use.losses].join('\n');
}

/** Asks `/readyz` at the VIP once, with a TLS connection of its own and a certificate that must be right. */
export async function askVip(lab: Lab): Promise<VipAnswer> {
  return ask(lab.vip, await readFile(lab.caPath, 'utf8'));
}

/** A client that opens a new TLS connection to the VIP every 20 ms until it is stopped, whether answers come or not. */
export class VipClient implements AsyncDisposable {
  /** Of the whole life of this client, on the clock of the wall. */
  readonly startedAt = Date.now();
  readonly #asked: Promise<Asked>[] = [];
  readonly #timer: NodeJS.Timeout;

  private constructor(vip: string, ca: string) {
    this.#timer = setInterval(() => {
      const at = Date.now() - this.startedAt;
      this.#asked.push(ask(vip, ca).then((answer) => ({ at, answer })));
    }, PAUSE_MS);
  }

  static async start(lab: Lab): Promise<VipClient> {
    return new VipClient(lab.vip, await readFile(lab.caPath, 'utf8'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Asks no more, waits for what is under way and says what was seen. */
  async stop(): Promise<VipUse> {
    clearInterval(this.#timer);
    return summarize(await Promise.all(this.#asked), this.startedAt);
  }
}

interface Asked {
  /** When, in milliseconds since the start. */
  readonly at: number;
  readonly answer: VipAnswer;
}

function summarize(asked: readonly Asked[], startedAt: number): VipUse {
  let [longestGapMs, lastAnswered, isOut] = [0, 0, false];
  for (const { at, answer } of asked) {
    const isAnswered = answer.outcome === 'answered';
    if (isOut) longestGapMs = Math.max(longestGapMs, at - lastAnswered);
    if (isAnswered) lastAnswered = at;
    isOut = !isAnswered;
  }
  const count = (outcome: VipAnswer['outcome']): number =>
    asked.filter(({ answer }) => answer.outcome === outcome).length;
  return {
    requests: asked.length,
    refused: count('refused'),
    lateAt: asked.flatMap(({ at, answer }) => (answer.outcome === 'late' ? [startedAt + at] : [])),
    cut: count('cut'),
    longestGapMs,
    servedBy: [...new Set(asked.flatMap(({ answer }) => ('servedBy' in answer ? [answer.servedBy] : [])))],
    losses: asked.flatMap(({ at, answer }) =>
      answer.outcome === 'answered' ? [] : [`at ${at} ms ${wordsOf(answer)}`],
    ),
  };
}

function wordsOf(answer: Exclude<VipAnswer, { outcome: 'answered' }>): string {
  return answer.outcome === 'late'
    ? `late: taken at the second try or later, by ${answer.servedBy}`
    : `${answer.outcome}: ${answer.reason}`;
}

async function ask(vip: string, ca: string): Promise<VipAnswer> {
  return new Promise((resolve) => {
    const askedAt = performance.now();
    let [isTaken, isLate] = [false, false];
    let text = '';
    const socket = connect({ host: vip, port: 6443, ca });
    const settle = (answer: VipAnswer): void => {
      for (const timer of timers) clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const lose = (reason: string): void => settle({ outcome: isTaken ? 'cut' : 'refused', reason });
    const timers = [
      // Twice around the event loop: a connection that this busy process has not noticed yet is one.
      setTimeout(
        () => setImmediate(() => setImmediate(() => isTaken || lose('not taken in time'))),
        TAKEN_MS,
      ),
      setTimeout(() => lose('not answered in time'), ANSWERED_MS),
    ];
    // TCP's handshake, by the kernel of a host: how busy the server behind it is does not matter.
    socket.once('connect', () => {
      isTaken = true;
      isLate = performance.now() - askedAt >= AGAIN_MS;
    });
    socket.once('secureConnect', () => socket.write(`GET /readyz HTTP/1.0\r\nHost: ${vip}\r\n\r\n`));
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.once('end', () => settleAnswer(text, isLate, settle, lose));
    socket.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      // A reset that answers a SYN is ECONNREFUSED; this one hit a connection that we had not heard of yet.
      isTaken ||= code === 'ECONNRESET';
      lose(code ?? message);
    });
    socket.once('close', () => lose('closed'));
  });
}

function settleAnswer(
  text: string,
  isLate: boolean,
  settle: (answer: VipAnswer) => void,
  lose: (reason: string) => void,
): void {
  const status = /^HTTP\/1\.[01] (\d{3}) /.exec(text)?.[1];
  if (status === undefined) lose('closed without an answer');
  else
    settle({
      outcome: isLate ? 'late' : 'answered',
      status: Number(status),
      servedBy: /^x-served-by: (\S+)\r$/im.exec(text)?.[1] ?? '',
    });
}

const PAUSE_MS = 20;
/** TCP sends a lost SYN again after 1 s, then after 2 s more (RFC 6298 §2): what is taken just before was not lost. */
const AGAIN_MS = 950;
/** Two more tries of TCP and some time to spare. Clients of Kubernetes wait far longer (30 s: Go's default dialer). */
const TAKEN_MS = 3_500;
const ANSWERED_MS = 8_000;
