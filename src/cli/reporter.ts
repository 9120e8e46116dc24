import { createReporter, type ClosableReporter, type StatusFormat } from '../report/choose.ts';
import type { CliIo } from './io.ts';
import { VERSION } from './version.ts';

/** The reporter that a command line asks for. */
export function openReporter(
  io: CliIo,
  options: {
    readonly json: boolean;
    readonly color: boolean;
    readonly verbose: number;
    readonly statusFormat?: StatusFormat;
  },
): ClosableReporter {
  return createReporter({
    json: options.json,
    ...(options.statusFormat === undefined ? {} : { statusFormat: options.statusFormat }),
    color: options.color,
    verbosity: options.verbose,
    stdout: io.stdout,
    stderr: io.stderr,
    env: io.env,
    now: () => io.now(),
    version: VERSION,
  });
}
