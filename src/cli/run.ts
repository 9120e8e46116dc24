import { CommanderError } from 'commander';
import { KonvoyError } from '../domain/error.ts';
import type { ExitError, Reporter } from '../domain/event.ts';
import { EXIT, EXIT_OF } from './exit-codes.ts';
import type { CliIo } from './io.ts';
import { buildProgram } from './program.ts';

/** Runs one command line and resolves with its exit status; it never rejects. */
export async function run(io: CliIo): Promise<number> {
  let status: number = EXIT.done;
  const program = buildProgram(io, (code) => {
    status = code;
  });
  try {
    await program.parseAsync([...io.argv], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return endOfCommander(io, error);
    const { code, exit } = describe(error);
    await sayOutside(io, exit, error);
    return code;
  }
}

/** The exit status of whatever a command threw, and what is said of it. */
export function describe(error: unknown): { readonly code: number; readonly exit: ExitError } {
  if (error instanceof KonvoyError) {
    return {
      code: EXIT_OF[error.code],
      exit: { code: error.code, message: error.message, hints: error.hints },
    };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: EXIT.internal,
    exit: {
      code: 'internal',
      message: `internal error: ${message}`,
      hints: ['this is a bug in konvoy-ha: please report it with the lines above'],
    },
  };
}

/** Commander has printed its message already; --help and --version end well, everything else is a usage error. */
async function endOfCommander(io: CliIo, error: CommanderError): Promise<number> {
  if (error.exitCode === 0) return EXIT.done;
  if (io.argv.includes('--json')) {
    const exit: ExitError = { code: 'usage', message: error.message, hints: ['see konvoy-ha --help'] };
    await sayOutside(io, exit);
  }
  return EXIT_OF.usage;
}

/** Says how it ended where no command got as far as having a reporter. */
async function sayOutside(io: CliIo, error: ExitError, thrown?: unknown): Promise<void> {
  const { openReporter } = await import('./reporter.ts');
  const code = error.code === 'internal' ? EXIT.internal : EXIT_OF[error.code];
  const { argv } = io;
  const report = openReporter(io, {
    json: argv.includes('--json'),
    color: !argv.includes('--no-color'),
    verbose: 0,
  });
  reportDiagnostics(report, thrown);
  report({ type: 'exit', code, error });
}

/** Says everything that is wrong with an input, when that is what ended a command. */
export function reportDiagnostics(report: Reporter, error: unknown): void {
  if (!(error instanceof KonvoyError)) return;
  for (const diagnostic of error.diagnostics) report({ type: 'diagnostic', diagnostic });
}
