import { Option, type Command } from 'commander';
import type { DrainOptions } from './commands/drain.ts';
import type { DrillOptions } from './commands/drill.ts';
import type { CliIo } from './io.ts';
import { withHostOptions, wholeNumber, type HostOptions } from './options.ts';

type SetStatus = (status: number) => void;

/** The commands that move the VIP about without changing what is set up. */
export function addOperateCommands(program: Command, io: CliIo, setStatus: SetStatus): void {
  program.commandsGroup('Operate (moves the VIP):');
  addDrainCommands(program, io, setStatus);
  addDrillCommand(program, io, setStatus);
}

function addDrainCommands(program: Command, io: CliIo, setStatus: SetStatus): void {
  const commands = async () => import('./commands/drain.ts');
  withHostOptions(
    program.command('drain').description('move the VIP off a host, and keep it off, for maintenance'),
  )
    .argument('<host>', 'the host, as in the inventory')
    .option('--force', 'also when no other host can have the VIP at the moment', false)
    .action(async (host: string, options: DrainOptions) =>
      setStatus(await (await commands()).drain(io, host, options)),
    );
  withHostOptions(program.command('undrain').description('let a drained host have the VIP again'))
    .argument('<host>', 'the host, as in the inventory')
    .action(async (host: string, options: HostOptions) =>
      setStatus(await (await commands()).undrain(io, host, options)),
    );
}

function addDrillCommand(program: Command, io: CliIo, setStatus: SetStatus): void {
  withHostOptions(
    program
      .command('drill')
      .description('make a host fail, measure what clients of the VIP lose, end the fault'),
  )
    .addOption(
      new Option('--fault <name>', 'what fails: keepalived, in order or not, the API server, or the network')
        .choices(['stop', 'kill', 'api', 'api-hang', 'partition'])
        .default('stop'),
    )
    .option('--host <host>', 'which host fails (default: the one that has the VIP)')
    .option('--repeat <n>', 'do it so often, and show the spread', wholeNumber(1, 1000), 1)
    .option('-y, --yes', 'do not ask before the host fails', false)
    .option('--allow-partition', 'the fault partition is wanted', false)
    .action(async (options: DrillOptions) =>
      setStatus(await (await import('./commands/drill.ts')).drill(io, options)),
    );
}
