import { InventoryExport, type ExportOptions } from '../../config/ansible/export.ts';
import { inventoryGraph } from '../../config/ansible/graph.ts';
import type { Inventory } from '../../config/ansible/inventory.ts';
import { limitedHosts } from '../../config/ansible/limit.ts';
import { pythonJson } from '../../config/ansible/python-json.ts';
import { loadInventory } from '../../config/load.ts';
import { KonvoyError, refusal } from '../../domain/error.ts';
import { EXIT } from '../exit-codes.ts';
import { inventoryPaths, loadContext } from '../inventory-paths.ts';
import type { CliIo } from '../io.ts';
import { readLimit } from '../limit.ts';
import type { InventoryOptions } from '../options.ts';
import { openReporter } from '../reporter.ts';
import { openTerminal } from '../terminal.ts';

export interface InventoryFlags extends InventoryOptions {
  readonly list: boolean;
  readonly host?: string;
  readonly graph: boolean;
  readonly vars: boolean;
  readonly export: boolean;
  readonly color: boolean;
}

/** `inventory`: prints what `ansible-inventory` prints for the same files. */
export async function inventory(
  io: CliIo,
  groupName: string | undefined,
  flags: InventoryFlags,
): Promise<number> {
  const print = printerOf(groupName, flags);
  const loaded = await load(io, flags);
  if (!loaded.ok) throw refusal(loaded.error);
  const report = openReporter(io, { json: false, color: flags.color, verbose: 0 });
  for (const diagnostic of loaded.value.warnings) report({ type: 'diagnostic', diagnostic });
  report.close();
  const read = loaded.value.inventory;
  const only = await hostsWithin(io, flags.limit, read);
  const options: ExportOptions = {
    whereSet: flags.export,
    namesPlaybook: flags.playbookDir !== undefined,
    ...(only === undefined ? {} : { only }),
  };
  io.stdout.write(`${print(read, options)}\n`);
  return EXIT.done;
}

async function load(io: CliIo, flags: InventoryFlags): ReturnType<typeof loadInventory> {
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort(new KonvoyError('interrupted', { code: 'interrupted' }));
  const stop = io.onInterrupt(onInterrupt);
  try {
    const { signal } = interrupt;
    const terminal = openTerminal(io, { signal, interrupt: onInterrupt, hold: () => () => undefined });
    return await loadInventory(inventoryPaths(flags), await loadContext(io, flags, terminal));
  } finally {
    stop();
  }
}

type Print = (inventory: Inventory, options: ExportOptions) => string;

function printerOf(groupName: string | undefined, flags: InventoryFlags): Print {
  const { host, list, graph } = flags;
  const chosen = [list, host !== undefined, graph].filter(Boolean).length;
  if (chosen !== 1) throw usage('one of --list, --host and --graph is needed, and only one');
  if (groupName !== undefined && !graph) throw usage(`${groupName}: only --graph begins at a group`);
  if (host !== undefined) return (read, options) => printHost(read, host, options);
  if (list) return (read, options) => pythonJson(new InventoryExport(read, options).list());
  return (read, options) => printGraph(read, groupName ?? 'all', { ...options, showVariables: flags.vars });
}

function printHost(read: Inventory, name: string, options: ExportOptions): string {
  const host = read.hosts.get(name);
  if (host === undefined || options.only?.has(name) === false)
    throw usage(`there is no host ${name} in the inventory`);
  return pythonJson(new InventoryExport(read, options).host(host));
}

function printGraph(
  read: Inventory,
  groupName: string,
  options: ExportOptions & { readonly showVariables: boolean },
): string {
  const group = read.groups.get(groupName);
  if (group === undefined) throw usage(`there is no group ${groupName} in the inventory`);
  return inventoryGraph(read, group, options).join('\n');
}

async function hostsWithin(
  io: CliIo,
  limit: string | undefined,
  read: Inventory,
): Promise<ReadonlySet<string> | undefined> {
  if (limit === undefined) return undefined;
  const limited = limitedHosts(read, await readLimit(io, limit));
  if (limited.ok) return new Set(limited.value);
  throw usage(`--limit ${limit}: ${limited.error}`);
}

function usage(message: string): KonvoyError {
  return new KonvoyError(message, { code: 'usage' });
}
