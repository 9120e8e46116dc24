import type { OutputStream } from '../report/sink.ts';

/** The process as the command line sees it; tests pass their own. */
export interface CliIo {
  /** Without the interpreter and the script. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  /** Login name of the operator. */
  readonly user: string;
  readonly hostname: string;
  readonly uid: number;
  /** The node binary that runs this. */
  readonly nodePath: string;
  readonly stdin: NodeJS.ReadableStream & {
    readonly isTTY?: boolean;
    /** Of a terminal: hands over every key at once, and shows none. */
    setRawMode?(isRaw: boolean): unknown;
  };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream & NodeJS.WritableStream;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back on every SIGINT, SIGTERM or SIGHUP until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
  /** Ends the process at once; only a second interrupt may ask for it. */
  exitNow(code: number): void;
}
