import { InvalidArgumentError, Option, type Command } from 'commander';
import { CONFIRM_TIMEOUT_S } from '../domain/dead-man.ts';
import { parseIpAddress, type IpAddress } from '../domain/address.ts';
import { parseSerial, type Serial } from '../domain/serial.ts';
import type { Target } from '../domain/target.ts';

/** The kinds of file that have a JSON Schema. */
export const SCHEMA_NAMES = ['inventory', 'cluster'] as const;

export type SchemaName = (typeof SCHEMA_NAMES)[number];

/** Options that every command has which reads an inventory. */
export interface InventoryOptions {
  readonly inventory: readonly string[];
  readonly inventoryScript: readonly string[];
  readonly extraVars: readonly string[];
  readonly playbookDir?: string;
  readonly limit?: string;
  readonly vaultId: readonly string[];
  readonly vaultPasswordFile: readonly string[];
  readonly askVaultPass: boolean;
}

/** Options that every command on hosts has. */
export interface HostOptions extends InventoryOptions {
  readonly cluster?: string;
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
  /** Of a command that renders: a folder of templates that are used instead of ours. */
  readonly templates?: string;
  /** Of `status`: another format than the table. */
  readonly statusFormat?: 'prometheus' | 'mermaid';
}

/** Options of a command whose plan has an order. */
export interface OrderOptions extends HostOptions {
  readonly serial?: Serial;
  /** Of a command whose plan makes the hosts what the inventory asks for. */
  readonly forgetHost?: readonly IpAddress[];
  /** Of the same. */
  readonly adopt?: boolean;
}

export interface ChangeFlags extends OrderOptions {
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly verify: boolean;
  readonly keepOnFailure: boolean;
  readonly breakLock: boolean;
  /** Seconds. */
  readonly confirmTimeout: number;
  readonly deadMan: boolean;
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

export function withInventoryOptions(command: Command): Command {
  return command
    .option('-i, --inventory <path>', 'inventory file or folder (default: ./inventory.yaml)', collect, [])
    .option(
      '--inventory-script <path>',
      'program that prints an inventory; only such a one is run',
      collect,
      [],
    )
    .option('-e, --extra-vars <vars>', 'k=v, JSON, YAML or @FILE; beats every other variable', collect, [])
    .option('--playbook-dir <path>', 'folder whose group_vars and host_vars count, too (default: .)')
    .option(
      '-l, --limit <pattern>',
      'only the hosts that match, as with Ansible: names, groups, globs, ~regex, !x, &x, x[0], @file',
    )
    .option('--vault-id <id@source>', 'vault password for an id: a file, a program, or prompt', collect, [])
    .option('--vault-password-file <path>', 'vault password: a file, or a program', collect, [])
    .option('-J, --ask-vault-pass', 'ask for a vault password', false);
}

export function withHostOptions(command: Command): Command {
  return withInventoryOptions(withOutputOptions(command))
    .option('-c, --cluster <path>', 'cluster.yaml (default: the one beside the inventory, if there)')
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
    .option(
      '--break-lock',
      'cut off the run that holds the lock of a host, after showing whose it is (asks, or --yes)',
      false,
    )
    .option(
      '--confirm-timeout <seconds>',
      'a host undoes the run by itself when it has heard nothing of it for this long',
      wholeNumber(CONFIRM_TIMEOUT_S.least, CONFIRM_TIMEOUT_S.most),
      CONFIRM_TIMEOUT_S.usual,
    )
    .option('--no-dead-man', 'hosts never undo the run by themselves')
    .option('--detailed-exitcode', 'with --dry-run: exit 2 when there is something to change', false);
}

/** For what renders the files of hosts. */
export function withTemplateOptions(command: Command): Command {
  return command.option(
    '--templates <folder>',
    'use the templates in it instead of ours of the same name; each time, or the next plan goes back to ours',
  );
}

export function withOrderOptions(command: Command): Command {
  return command.option(
    '--serial <n>',
    'activate at most so many hosts at a time, where the order allows it: a number, or a share like 30%',
    serial,
  );
}

/** For what makes the hosts what the inventory asks for. */
export function withMembershipOptions(command: Command): Command {
  return command
    .option(
      '--forget-host <address>',
      'a host that has left the inventory and is stopped, or gone for good, by its address as a peer; repeatable',
      addresses,
    )
    .option(
      '--adopt',
      'take over the keepalived that somebody else runs for this VIP; rollback --to 0 gives it back',
    );
}

function addresses(text: string, before: readonly IpAddress[] = []): readonly IpAddress[] {
  const parsed = parseIpAddress(text);
  if (parsed.ok) return [...before, parsed.value];
  throw new InvalidArgumentError(`${parsed.error}.`);
}

function serial(text: string): Serial {
  const parsed = parseSerial(text);
  if (parsed.ok) return parsed.value;
  throw new InvalidArgumentError(`${parsed.error}.`);
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
