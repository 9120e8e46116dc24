import { KonvoyError } from '../../domain/error.ts';
import type { HostName } from '../../domain/names.ts';
import { drainCommand, undrainCommand } from '../../engine/drain.ts';
import type { World } from '../../engine/world.ts';
import { withWorld } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { CliIo } from '../io.ts';
import type { HostOptions } from '../options.ts';

export interface DrainOptions extends HostOptions {
  readonly force: boolean;
}

export async function drain(io: CliIo, name: string, options: DrainOptions): Promise<number> {
  return withWorld(io, 'drain', options, async (world) => {
    await drainCommand(world, { host: hostOf(world, name), force: options.force });
    return EXIT.done;
  });
}

export async function undrain(io: CliIo, name: string, options: HostOptions): Promise<number> {
  return withWorld(io, 'undrain', options, async (world) => {
    await undrainCommand(world, hostOf(world, name));
    return EXIT.done;
  });
}

/** The control-plane host of that name. */
function hostOf({ intent }: World, name: string): HostName {
  const found = intent.hosts.find((host) => host.name === name);
  if (found !== undefined) return found.name;
  const names = intent.hosts.map((host) => host.name).join(', ');
  throw new KonvoyError(`${name} is no control-plane host of the inventory`, {
    code: 'usage',
    hints: [`there are: ${names}`],
  });
}
