import { Argument, Command, Option } from 'commander';
import { KonvoyError } from '../domain/error.ts';
import type { CliIo } from './io.ts';
import {
  withChangeOptions,
  withHostOptions,
  withInventoryOptions,
  withMembershipOptions,
  withOrderOptions,
  withOutputOptions,
  withTemplateOptions,
  wholeNumber,
  type ChangeFlags,
  SCHEMA_NAMES,
  type HostOptions,
  type SchemaName,
} from './options.ts';
import type { InitOptions } from './commands/init.ts';
import type { InventoryFlags } from './commands/inventory.ts';
import type { PlanOptions, StatusOptions } from './commands/look.ts';
import type { LabOptions } from './commands/lab.ts';
import { addOperateCommands } from './operate.ts';
import { VERSION } from './version.ts';

/** What the program needs of whoever runs it. */
export interface ProgramHost {
  /** Sets the exit status of a command that ended without an error. */
  readonly setStatus: (status: number) => void;
  /** Runs another command line, for the demo. */
  readonly run: (io: CliIo) => Promise<number>;
}

/**
 * The command line. Nothing heavy is imported before an action runs: `--version` and `--help` stay instant, and
 * completion can walk the tree.
 */
export function buildProgram(io: CliIo, { setStatus, run }: ProgramHost): Command {
  const program = new Command('konvoy-ha')
    .description('keeps the address of a Kubernetes control plane alive, with keepalived on its hosts')
    .version(VERSION)
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      // Whoever catches the error says it.
      outputError: () => undefined,
    })
    .exitOverride();
  addLookCommands(program, io, setStatus);
  addChangeCommands(program, io, setStatus);
  addOperateCommands(program, io, setStatus);
  addLabCommands(program, io, { setStatus, run });
  for (const [name, description] of NOT_YET) addNotYet(program, name, description);
  return program;
}

function addLookCommands(program: Command, io: CliIo, setStatus: ProgramHost['setStatus']): void {
  program.commandsGroup('Look (changes nothing):');
  withTemplateOptions(
    withHostOptions(
      program
        .command('check')
        .description('say what would stop an apply: reachability, sudo, system, interface, VIP'),
    ),
  )
    .option(
      '--rehearse',
      'also give the VIP to each host for a moment, and ask for it from all others',
      false,
    )
    .action(async (options: HostOptions & { rehearse: boolean }) =>
      setStatus(await (await looks()).check(io, options)),
    );
  withTemplateOptions(
    withMembershipOptions(
      withOrderOptions(withHostOptions(program.command('plan').description('show what apply would change'))),
    ),
  )
    .option('--detailed-exitcode', 'exit 2 when there is something to change', false)
    .option('-o, --out <file>', 'save the plan; apply FILE does exactly that, or refuses')
    .action(async (options: PlanOptions) => setStatus(await (await looks()).plan(io, options)));
  withHostOptions(
    program.command('verify').description('prove that exactly one host holds the VIP and that it answers'),
  ).action(async (options: HostOptions) => setStatus(await (await looks()).verify(io, options)));
  withHostOptions(
    program.command('calibrate').description('measure which profile hosts and network can keep up with'),
  )
    .option('--seconds <n>', 'how long to measure', wholeNumber(30, 86_400), 30)
    .action(async (options: HostOptions & { seconds: number }) =>
      setStatus(await (await looks()).calibrate(io, options)),
    );
  withTemplateOptions(
    withHostOptions(program.command('status').description('show who is active, and what has drifted')),
  )
    .option('--detailed-exitcode', 'exit 2 when a host has drifted', false)
    .option(
      '--watch [seconds]',
      'look again and again, every 2 s unless told otherwise',
      wholeNumber(1, 3600),
    )
    .addOption(
      new Option('--format <name>', 'for people, programs, a textfile collector or a diagram')
        .choices(['text', 'json', 'prometheus', 'mermaid'])
        .default('text'),
    )
    .action(async (options: StatusOptions) => setStatus(await (await looks()).status(io, options)));
  addInventoryCommand(program, io, setStatus);
  withHostOptions(
    program.command('history').description('list the generations that are on the hosts'),
  ).action(async (options: HostOptions) => setStatus(await (await looks()).history(io, options)));
  program
    .command('schema')
    .description('print the JSON Schema of an input file, for editors')
    .addArgument(new Argument('[file]', 'which one; without it, list them').choices(SCHEMA_NAMES))
    .action(async (name: SchemaName | undefined) =>
      setStatus((await import('./commands/schema.ts')).schema(io, name)),
    );
}

function addInventoryCommand(program: Command, io: CliIo, setStatus: ProgramHost['setStatus']): void {
  withInventoryOptions(
    program.command('inventory').description('print the inventory as it is read, as ansible-inventory does'),
  )
    .argument('[group]', 'where --graph begins (default: all)')
    .option('--list', 'every group, and the variables of every host, as JSON', false)
    .option('--host <name>', 'the variables of one host, as JSON')
    .option('--graph', 'the tree of groups and hosts', false)
    .option('--vars', 'with --graph: the variables, too', false)
    .option('--export', 'each variable where it is set, instead of all on every host', false)
    .option('--no-color', 'print without colour')
    .action(async (group: string | undefined, flags: InventoryFlags) =>
      setStatus(await (await import('./commands/inventory.ts')).inventory(io, group, flags)),
    );
}

function addChangeCommands(program: Command, io: CliIo, setStatus: ProgramHost['setStatus']): void {
  program.commandsGroup('Change:');
  withOutputOptions(program.command('init').description('write an inventory.yaml to start from'))
    .option('-i, --inventory <path>', 'where to write it', './inventory.yaml')
    .requiredOption('--endpoint <address:port>', 'the VIP and its port, for example 10.0.50.20:6443')
    .requiredOption(
      '--control-plane <hosts>',
      'names or addresses of the control-plane hosts, separated by commas',
    )
    .option('-u, --user <name>', 'login on the hosts')
    .option('--private-key <file>', 'key to log in with')
    .action(async (options: InitOptions) =>
      setStatus(await (await import('./commands/init.ts')).init(io, options)),
    );
  withTemplateOptions(
    withMembershipOptions(
      withOrderOptions(
        withChangeOptions(
          program.command('apply').description('make the hosts what the inventory asks for, and prove it'),
        ),
      ),
    ),
  )
    .argument('[planfile]', 'a plan that was saved with plan -o; it is applied as it is, without asking')
    .action(async (planFile: string | undefined, options: ChangeFlags) =>
      setStatus(await (await changes()).apply(io, options, planFile)),
    );
  withOrderOptions(
    withChangeOptions(program.command('rollback').description('go back to an earlier generation')),
  )
    .option(
      '--to <n>',
      'the generation to go back to; 0 is before konvoy-ha (default: the one before the latest)',
      wholeNumber(0, 1_000_000),
    )
    .action(async (options: ChangeFlags & { to?: number }) =>
      setStatus(await (await changes()).rollback(io, options)),
    );
  withChangeOptions(program.command('destroy').description('take everything of konvoy-ha off the hosts'))
    .option('--purge', 'remove the packages that konvoy-ha installed, too', false)
    .action(async (options: ChangeFlags & { purge: boolean }) =>
      setStatus(await (await changes()).destroy(io, options)),
    );
}

function addLabCommands(program: Command, io: CliIo, { setStatus, run }: ProgramHost): void {
  program.commandsGroup('Lab:');
  const lab = program.command('lab').description('real hosts in containers, to try everything on');
  const commands = async () => import('./commands/lab.ts');
  withOutputOptions(lab.command('up').description('boot hosts and write their inventory'))
    .argument('[hosts]', 'how many hosts', wholeNumber(1, 9), 3)
    .option('--suite <name>', 'bookworm, trixie or bullseye', 'bookworm')
    .option('--name <name>', 'a name for this lab', 'lab')
    .action(async (hosts: number, options: LabOptions) =>
      setStatus(await (await commands()).up(io, hosts, options)),
    );
  withOutputOptions(lab.command('down').description('remove everything of the lab, also after a crash'))
    .option('--name <name>', 'only this lab (default: all)')
    .option('--purge', 'remove the cached images and packages, too', false)
    .action(async (options: { name?: string; purge: boolean }) =>
      setStatus(await (await commands()).down(io, options)),
    );
  withOutputOptions(
    lab.command('demo').description('boot hosts, apply, fail over, roll back, tear down, and show all of it'),
  )
    .option('--suite <name>', 'bookworm, trixie or bullseye', 'bookworm')
    .option('--keep', 'leave the hosts running', false)
    .action(async (options: LabOptions & { keep: boolean }) =>
      setStatus(await (await import('./commands/demo.ts')).demo(io, { ...options, run })),
    );
}

/** Commands of the contract that are not built yet: known by name, so that nobody thinks of a typing mistake. */
function addNotYet(program: Command, name: string, description: string): void {
  program
    .command(name, { hidden: true })
    .description(description)
    .allowUnknownOption()
    .allowExcessArguments()
    .argument('[arguments...]')
    .action(() => {
      throw new KonvoyError(`${name} is not there yet: ${description}`, {
        code: 'not-yet',
        hints: ['konvoy-ha --help lists what is there'],
      });
    });
}

const NOT_YET: readonly (readonly [string, string])[] = [
  ['lb', 'audits and renders load balancers of third parties'],
  ['completion', 'prints a completion script for a shell'],
];

const looks = async () => import('./commands/look.ts');

const changes = async () => import('./commands/change.ts');
