import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanEnvironment, CliProcess } from '../cli-process.ts';

/** Something that a run is about to ask of a host: one round trip. */
export interface Ask {
  readonly id: number;
  readonly host: string;
  /** The step that was reported last. */
  readonly step: string;
  readonly kind: 'connect' | 'probe' | 'mutate' | 'lock' | 'breakLock';
  /** A digest of the programs, without their parameters. */
  readonly what: string;
}

/** A moment of a run: a step is about to be done on all of its hosts, or has been done on one and not on the others. */
export interface Boundary {
  readonly step: StepKey;
  readonly position: 'before' | 'after one';
  /** The host that goes ahead. */
  readonly first: string;
}

/** What makes the same step on several hosts, or in several runs, the same. */
export type StepKey = string;

export function keyOf({ step, kind, what }: Omit<Ask, 'id' | 'host'>): StepKey {
  return [step, kind, what].join('\0');
}

/**
 * `dist/main.js` as a process that waits before everything that it asks of a host until it is let go on. Until `reach`
 * is called it goes on by itself.
 */
export class HeldRun extends CliProcess {
  /** Everything that was asked, in its order. */
  readonly asks: Ask[] = [];
  readonly #underWay = new Set<number>();
  readonly #held: Ask[] = [];
  #isHeld: (ask: Ask) => boolean = () => false;
  #lastWord = 0;

  constructor(...argv: readonly string[]) {
    super(...argv);
    // `spawn` is called before the fields above are there.
    (this.child as ChildProcess).on('message', (message) => this.#hear(message as Ask | { done: number }));
  }

  protected override spawn(
    main: string,
    argv: readonly string[],
  ): ChildProcessByStdio<null, Readable, Readable> {
    const wire = new URL('held-wire.mjs', import.meta.url).href;
    const child: ChildProcess = spawn(process.execPath, ['--import', wire, main, ...argv, '--json'], {
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    return child as ChildProcessByStdio<null, Readable, Readable>;
  }

  /** Holds the run at a boundary, and resolves when it is there and nothing is under way; false when it ends before. */
  async reach({ step, position, first }: Boundary): Promise<boolean> {
    let ahead = position === 'after one' ? first : undefined;
    const seen = new Set<string>();
    this.#isHeld = (ask) => {
      if (keyOf(ask) !== step || seen.has(ask.host)) return false;
      seen.add(ask.host);
      if (ask.host !== ahead) return true;
      ahead = undefined;
      return false;
    };
    while (this.child.exitCode === null) {
      const isQuiet = performance.now() - this.#lastWord > QUIET_MS;
      if (this.#held.length > 0 && this.#underWay.size === 0 && isQuiet) return true;
      await sleep(5);
    }
    return false;
  }

  /** Lets the run go on, and holds it no more. */
  release(): void {
    this.#isHeld = () => false;
    for (const ask of this.#held.splice(0)) this.#allow(ask);
  }

  #hear(message: Ask | { readonly done: number }): void {
    this.#lastWord = performance.now();
    if ('done' in message) {
      this.#underWay.delete(message.done);
      return;
    }
    this.asks.push(message);
    if (this.#isHeld(message)) this.#held.push(message);
    else this.#allow(message);
  }

  #allow({ id }: Ask): void {
    this.#underWay.add(id);
    const child: ChildProcess = this.child;
    if (child.connected) child.send(id, () => undefined);
  }
}

/** Longer than the program needs to ask the next host when it has heard from the one before. */
const QUIET_MS = 100;
