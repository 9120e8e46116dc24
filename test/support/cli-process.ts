import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RunEvent } from '../../src/domain/event.ts';

/** How a process ended and everything that it reported. */
export interface ProcessEnd {
  /** The exit status; none when a signal ended it. */
  readonly code: number | null;
  readonly events: readonly RunEvent[];
  readonly stderr: string;
  /** From the start. */
  readonly elapsedMs: number;
}

/** `node dist/main.js … --json` as a process of its own, which can be sent signals; disposing of it kills it. */
export class CliProcess implements AsyncDisposable {
  protected readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #startedAt = performance.now();
  readonly #events: RunEvent[] = [];
  readonly #ended: Promise<ProcessEnd>;
  #stderr = '';

  constructor(...argv: readonly string[]) {
    this.child = this.spawn(fileURLToPath(new URL('../../dist/main.js', import.meta.url)), argv);
    this.child.stderr.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
    this.#follow();
    this.#ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code) => {
        const elapsedMs = performance.now() - this.#startedAt;
        resolve({ code, events: this.#events, stderr: this.#stderr, elapsedMs });
      });
    });
  }

  /** Resolves as soon as an event of that kind has been reported; throws when it has not been within 150 s: hosts of a lab on a busy machine are slow. */
  async reported(what: (event: RunEvent) => boolean): Promise<void> {
    const deadline = performance.now() + REPORTED_MS;
    while (!this.#events.some(what)) {
      if (this.child.exitCode !== null || performance.now() > deadline) {
        throw new Error(
          `it was not reported: ${what.toString()}\n${this.#stderr}\n${JSON.stringify(this.#events)}`,
        );
      }
      await sleep(5);
    }
  }

  protected spawn(main: string, argv: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
    return spawn(process.execPath, [main, ...argv, '--json'], {
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits for the end; throws, and kills the process, when that takes longer than `withinMs`. */
  async end(withinMs = ENDED_MS): Promise<ProcessEnd> {
    const late = new AbortController();
    const timeout = sleep(withinMs, undefined, { signal: late.signal }).then(
      () => {
        this.child.kill('SIGKILL');
        throw new Error(
          `still at work after ${withinMs} ms\n${this.#stderr}\n${JSON.stringify(this.#events)}`,
        );
      },
      () => this.#ended,
    );
    try {
      return await Promise.race([this.#ended, timeout]);
    } finally {
      late.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#ended;
  }

  #follow(): void {
    let rest = '';
    this.child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#events.push(JSON.parse(line) as RunEvent);
    });
  }
}

/** What a process of these tests knows of the one that starts it. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: '/nonexistent', CI: 'true' };
}

/** True of the report that a host has come to a step. */
export function hostStep(host: string, step: string): (event: RunEvent) => boolean {
  return (event) => event.type === 'host-step' && event.host === host && event.step === step;
}

/** True of the report that the run has come to a step, which begins with these words. */
export function runStep(words: string): (event: RunEvent) => boolean {
  return (event) => event.type === 'run-step' && event.step.startsWith(words);
}

/** In which state each host was left, as `host state`. */
export function endsOf(events: readonly RunEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === 'host-finished' ? [`${event.host} ${event.state}`] : []));
}

const REPORTED_MS = 150_000;
const ENDED_MS = 90_000;
