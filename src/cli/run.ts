import { CommanderError } from 'commander';
import type { ExitError } from '../domain/event.ts';
import { describe, reportDiagnostics } from './ending.ts';
import { EXIT, EXIT_OF } from './exit-codes.ts';
import type { CliIo } from './io.ts';
import { buildProgram } from './program.ts';

/** Runs one command line and resolves with its exit status; it never rejects. */
export async function run(io: CliIo): Promise<number> {
  let status: number = EXIT.done;
  const setStatus = (code: number): void => {
    status = code;
  };
  const program = buildProgram(io, { setStatus, run });
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

/** --help and --version end well, everything else is a usage error: commander's words in our form. */
async function endOfCommander(io: CliIo, error: CommanderError): Promise<number> {
  if (error.exitCode === 0) return EXIT.done;
  const [message = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const hints = [
    ...more.map((line) => line.replace(/^\(Did (.*)\)$/, 'did $1')),
    'konvoy-ha --help lists the commands',
  ];
  // Without a command it has printed the help, and has nothing to say of its own.
  const isHelp = error.code === 'commander.help';
  await sayOutside(io, { code: 'usage', message: isHelp ? 'no command was given' : message, hints });
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
