import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Target } from '../domain/target.ts';

/** Options that every command on hosts has. */
export interface HostOptions {
  readonly inventory: readonly string[];
  readonly cluster?: string;
  readonly limit?: string;
  readonly forks: number;
  readonly user?: string;
  readonly privateKey?: string;
  readonly askPass: boolean;
  readonly askBecomePass: boolean;
  readonly acceptNewHostKeys: boolean;
  readonly json: boolean;
  readonly verbose: number;
  readonly color: boolean;
  readonly timeout?: number;
  readonly transport?: Target['client'];
}

export interface ChangeFlags extends HostOptions {
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly verify: boolean;
  readonly keepOnFailure: boolean;
  readonly detailedExitcode: boolean;
}

export function withOutputOptions(command: Command): Command {
  return command
    .option('--json', 'print NDJSON events on stdout', false)
    .option(
      '-v, --verbose',
      'say more; repeat for still more',
      (_value: string, before: number) => before + 1,
      0,
    )
    .option('--no-color', 'print without colour');
}

export function withHostOptions(command: Command): Command {
  return withOutputOptions(command)
    .option('-i, --inventory <path>', 'inventory file (default: ./inventory.yaml)', collect, [])
    .option('-c, --cluster <path>', 'cluster.yaml (default: the one beside the inventory, if there)')
    .option('-l, --limit <pattern>', 'work only on the hosts that match: names, groups, globs, !name')
    .option('-f, --forks <n>', 'hosts worked on at the same time', wholeNumber(1, 1000), 30)
    .option('-u, --user <name>', 'login where the inventory names none')
    .option('--private-key <file>', 'key to log in with where the inventory names none')
    .option('-k, --ask-pass', 'ask for a password to log in with where the inventory has none', false)
    .option('-K, --ask-become-pass', 'ask for a password for sudo where the inventory has none', false)
    .option(
      '--accept-new-host-keys',
      'trust hosts at first sight, and remember their keys; a changed key is refused as ever',
      false,
    )
    .option('--timeout <seconds>', 'give up connecting to a host after this long', wholeNumber(1, 3600))
    .addOption(
      new Option(
        '--transport <client>',
        "who speaks SSH: ssh2, which is built in, openssh, the system's, or auto, which is ssh2 where it can",
      ).choices(['auto', 'ssh2', 'openssh']),
    );
}

export function withChangeOptions(command: Command): Command {
  return withHostOptions(command)
    .option('-y, --yes', 'do not ask before changing hosts', false)
    .option('--dry-run', 'only show what would change', false)
    .option('--no-verify', 'do not verify the result')
    .option('--keep-on-failure', 'leave a failed change in place instead of undoing it', false)
    .option('--detailed-exitcode', 'with --dry-run: exit 2 when there is something to change', false);
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
