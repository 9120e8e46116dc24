import type { InventoryPaths, LoadContext } from '../config/load.ts';
import type { Terminal } from '../domain/terminal.ts';
import type { CliIo } from './io.ts';
import type { InventoryOptions } from './options.ts';
import { runProgram } from './run-program.ts';
import { openVault } from './vault-passwords.ts';

/** What a command line names for an inventory. */
export function inventoryPaths(options: InventoryOptions): InventoryPaths {
  const { inventory, inventoryScript: scripts, extraVars, playbookDir } = options;
  const isNamed = inventory.length > 0 || scripts.length > 0;
  return {
    inventory: isNamed ? inventory : ['./inventory.yaml'],
    scripts,
    extraVars,
    ...(playbookDir === undefined ? {} : { playbookDir }),
  };
}

/** What reading the files takes from the operator's machine, the vault passwords among it. */
export async function loadContext(
  io: CliIo,
  options: InventoryOptions & { readonly user?: string },
  terminal: Terminal | undefined,
): Promise<LoadContext> {
  const runScript: LoadContext['runScript'] = async (path, args) =>
    runProgram(path, args, { cwd: io.cwd, env: io.env, timeoutMs: SCRIPT_TIMEOUT_MS });
  const { cwd, home, env, user } = io;
  const vault = await openVault({ cwd, home, env, terminal }, options);
  return {
    ...{ cwd, home, user, runScript, vault },
    ...(options.user === undefined ? {} : { remoteUser: options.user }),
  };
}

/** A cloud with thousands of machines is slow to list; what takes longer waits for something that never comes. */
const SCRIPT_TIMEOUT_MS = 120_000;
