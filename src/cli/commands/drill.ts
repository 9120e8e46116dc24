import type { Fault } from '../../domain/drill.ts';
import { KonvoyError } from '../../domain/error.ts';
import type { HostName } from '../../domain/names.ts';
import { drillCommand } from '../../engine/drill.ts';
import type { World } from '../../engine/world.ts';
import { consentTo } from '../confirm.ts';
import { withWorld } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { CliIo } from '../io.ts';
import type { HostOptions } from '../options.ts';
import { controlPlaneHost } from '../targets.ts';

export interface DrillOptions extends HostOptions {
  readonly fault: Fault;
  readonly host?: string;
  readonly repeat: number;
  readonly yes: boolean;
  readonly allowPartition: boolean;
}

export async function drill(io: CliIo, options: DrillOptions): Promise<number> {
  return withWorld(io, 'drill', options, async (world, _limit, terminal) => {
    refuseUnlessAllowed(options);
    await drillCommand(world, {
      fault: options.fault,
      host: hostOf(world, options.host),
      repeat: options.repeat,
      confirm: async (host, fault) =>
        consentTo({ yes: options.yes, terminal }, `make ${host} fail (${fault})?`, {
          effect: `this would make ${host} fail`,
          hint: 'add --yes to go on without being asked',
        }),
    });
    return EXIT.done;
  });
}

function hostOf(world: World, name: string | undefined): HostName | undefined {
  return name === undefined ? undefined : controlPlaneHost(world.intent, name);
}

/** A partition can go wrong in more ways than the others: a yes to a drill is no yes to that. */
function refuseUnlessAllowed({ fault, allowPartition }: DrillOptions): void {
  if (fault !== 'partition' || allowPartition) return;
  throw new KonvoyError('a partition cuts the host off from everything but SSH, and two hosts have the VIP', {
    code: 'usage',
    hints: ['if that is what you want: --allow-partition'],
  });
}
