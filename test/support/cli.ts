import { PassThrough, Writable } from 'node:stream';
import { run } from '../../src/cli/run.ts';
import type { CliIo } from '../../src/cli/io.ts';
import type { RunEvent } from '../../src/domain/event.ts';

/** How one command line ended and what it printed. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, without a terminal, as a script would. */
export async function konvoyHa(argv: readonly string[], overrides: Partial<CliIo> = {}): Promise<CliResult> {
  const stdout = new TextSink();
  const stderr = new TextSink();
  const code = await run({
    argv,
    env: { CI: 'true' },
    cwd: process.cwd(),
    home: '/nonexistent',
    user: 'operator',
    hostname: 'test',
    uid: process.getuid?.() ?? -1,
    nodePath: process.execPath,
    stdin: new PassThrough(),
    stdout,
    stderr,
    now: () => Date.now(),
    onInterrupt: () => () => undefined,
    exitNow: () => undefined,
    ...overrides,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** The events of a `--json` run, the head line left out. */
export function eventsOf(result: CliResult): readonly (RunEvent & Record<string, unknown>)[] {
  return result.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RunEvent & Record<string, unknown>)
    .filter((event) => (event.type as string) !== 'version');
}

class TextSink extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
