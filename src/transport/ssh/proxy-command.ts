import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { Duplex } from 'node:stream';
import { KonvoyError } from '../../domain/error.ts';
import type { Target } from '../../domain/target.ts';
import { endProcessGroup } from '../process-group.ts';
import { expandedProxyCommand } from '../expanded-proxy-command.ts';
import { Tail } from '../tail.ts';
import { within } from '../within.ts';

/** The ProxyCommand of one host: a stream to it, and what the command said when there is none. */
export class ProxyCommand {
  readonly #target: Target;
  readonly #command: string;
  readonly #environment: Environment;
  #run: Run | undefined;

  constructor(target: Target & { readonly proxyCommand: string }, environment: Environment) {
    this.#target = target;
    this.#command = expandedProxyCommand(target);
    this.#environment = environment;
  }

  /** Starts the command; after one that failed for good it throws, because it may have been refused a login. */
  async open(): Promise<Duplex> {
    if (this.#run?.mayRepeat === false) throw this.#failed(this.#run);
    this.#run = new Run(this.#command, this.#environment);
    return this.#run.stream;
  }

  /** The failure of a login through the command: the command's own, if it is the one that failed. */
  async explain(cause: unknown): Promise<unknown> {
    const isItsFault = cause instanceof KonvoyError && cause.code === 'connect-failed';
    if (!isItsFault || this.#run === undefined || !(await within(this.#run.ended, 200))) return cause;
    return this.#failed(this.#run, cause);
  }

  #failed(run: Run, cause?: unknown): KonvoyError {
    const { host } = this.#target;
    const said = run.said === '' ? 'it said nothing' : run.said;
    return new KonvoyError(`${host}: its ProxyCommand ${run.end} before the login was done: ${said}`, {
      code: 'connect-failed',
      host,
      hints: ['run the command by hand: it has to print the line with which sshd begins, SSH-2.0-…'],
      cause,
    });
  }
}

/** The variables of the operator's shell: a command may need any of them. */
export type Environment = Readonly<Record<string, string | undefined>>;

class Run {
  readonly stream: Duplex;
  readonly ended: Promise<void>;
  end = 'ran';
  readonly #stderr = new Tail();

  constructor(command: string, environment: Environment) {
    // A group of its own: Ctrl-C on the terminal is ours to handle, and a pipeline has to end as a whole.
    const child = spawn('/bin/sh', ['-c', `exec ${command}`], { detached: true, env: { ...environment } });
    child.stderr.on('data', (chunk: Buffer) => this.#stderr.push(chunk));
    this.ended = new Promise((resolve) => {
      child.on('error', (error) => {
        this.end = `could not be started (${error.message})`;
        resolve();
      });
      child.on('close', (code, signal) => {
        this.end = `ended (${signal ?? `exit ${code ?? '?'}`})`;
        resolve();
      });
    });
    this.stream = streamOf(child);
  }

  get said(): string {
    return this.#stderr.lastLines(2);
  }

  /** Whether the bastion was only busy: its sshd (MaxStartups) closes what it does not take before anything is said. */
  get mayRepeat(): boolean {
    return (
      /kex_exchange_identification|banner exchange/.test(this.#stderr.text) &&
      !/denied|refused/i.test(this.#stderr.text)
    );
  }
}

function streamOf(child: ChildProcessWithoutNullStreams): Duplex {
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  stream.on('error', () => undefined);
  // What does not end by itself when its input ends is ended.
  const endSoon = (): void => void setTimeout(() => endProcessGroup(child), graceMs).unref();
  child.stdin.on('finish', endSoon);
  stream.on('close', () => {
    if (child.exitCode === null && child.signalCode === null) endProcessGroup(child);
  });
  return stream;
}

const graceMs = 1_000;
