import { drainCommand, undrainCommand } from '../../engine/drain.ts';
import { withWorld } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { CliIo } from '../io.ts';
import type { HostOptions } from '../options.ts';
import { controlPlaneHost } from '../targets.ts';

export interface DrainOptions extends HostOptions {
  readonly force: boolean;
}

export async function drain(io: CliIo, name: string, options: DrainOptions): Promise<number> {
  return withWorld(io, 'drain', options, async (world) => {
    await drainCommand(world, { host: controlPlaneHost(world.intent, name), force: options.force });
    return EXIT.done;
  });
}

export async function undrain(io: CliIo, name: string, options: HostOptions): Promise<number> {
  return withWorld(io, 'undrain', options, async (world) => {
    await undrainCommand(world, controlPlaneHost(world.intent, name));
    return EXIT.done;
  });
}
