import { said } from '../command-results.ts';
import { DEBIAN_SCRIPTS, waitForVip, type Script } from './script-table.ts';
import type { CommandResult } from '../../../src/domain/command.ts';
import type { FakeMachine } from './machine.ts';

/** How a script was called. */
export interface Call {
  readonly parameters: readonly string[];
  readonly stdin: Uint8Array | undefined;
}

/** Does what a script of konvoy-ha does; one that is not known is an error of the test. */
export function runScript(machine: FakeMachine, script: string, call: Call): CommandResult {
  const known: Script | undefined = DEBIAN_SCRIPTS().get(script) ?? lookScript(script);
  if (known === undefined) throw new Error(`${machine.name} does not know this script:\n${script}`);
  return known(machine, call.parameters, call.stdin ?? new Uint8Array());
}

/** What only a verification asks, and keeps to itself. */
function lookScript(script: string): Script | undefined {
  if (script.includes('%{http_code}'))
    return ({ around }) => said(around.vipMac() === undefined ? 'no answer' : '200');
  return script.startsWith('tries=$2') ? waitForVip(1) : undefined;
}
