import { randomUUID } from 'node:crypto';
import { calibrateCommand } from '../../engine/calibrate.ts';
import { checkCommand, historyCommand, planCommand, verifyCommand } from '../../engine/look.ts';
import { statusCommand, watchStatus } from '../../engine/status.ts';
import { encodePlanFile } from '../../engine/plan-file.ts';
import { rehearseCommand } from '../../engine/rehearse.ts';
import { savePlan } from '../../engine/saved-plan.ts';
import { planJson } from '../../report/json.ts';
import { withWorld } from '../context.ts';
import { EXIT, EXIT_OF } from '../exit-codes.ts';
import type { CliIo } from '../io.ts';
import type { HostOptions, OrderOptions } from '../options.ts';
import { refuseOtherFile, writePlanFile } from '../plan-file.ts';
import { VERSION } from '../version.ts';

interface DetailedOptions extends HostOptions {
  readonly detailedExitcode: boolean;
}

export interface PlanOptions extends DetailedOptions, OrderOptions {
  /** Where the plan is put away. */
  readonly out?: string;
}

export async function check(io: CliIo, options: HostOptions & { rehearse: boolean }): Promise<number> {
  return withWorld(io, 'check', options, async (world, limit) => {
    await checkCommand(world, limit);
    if (options.rehearse) await rehearseCommand(world, limit);
    return EXIT.done;
  });
}

export async function plan(io: CliIo, options: PlanOptions): Promise<number> {
  return withWorld(io, 'plan', options, async (world, limit) => {
    if (options.out !== undefined) await refuseOtherFile(io, options.out);
    const proposal = await planCommand(world, limit);
    if (options.out !== undefined) {
      const saved = savePlan(world, proposal, { tool: VERSION, salt: randomUUID(), limit });
      await writePlanFile(io, options.out, encodePlanFile(saved, planJson(proposal.plan)));
      world.report({ type: 'plan-saved', path: options.out });
    }
    return options.detailedExitcode && !proposal.plan.isEmpty ? EXIT.changes : EXIT.done;
  });
}

export async function verify(io: CliIo, options: HostOptions): Promise<number> {
  return withWorld(io, 'verify', options, async (world, limit) =>
    (await verifyCommand(world, limit)) ? EXIT.done : EXIT_OF['verification-failed'],
  );
}

export async function calibrate(io: CliIo, options: HostOptions & { seconds: number }): Promise<number> {
  return withWorld(io, 'calibrate', options, async (world, limit) => {
    const { isGood } = await calibrateCommand(world, limit, options.seconds);
    return isGood ? EXIT.done : EXIT_OF['verification-failed'];
  });
}

export interface StatusOptions extends DetailedOptions {
  readonly format: 'text' | 'json' | 'prometheus' | 'mermaid';
  /** Seconds from one look to the next. */
  readonly watch?: number | true;
}

export async function status(io: CliIo, given: StatusOptions): Promise<number> {
  const { format } = given;
  const options: DetailedOptions = {
    ...given,
    json: given.json || format === 'json',
    ...(format === 'prometheus' || format === 'mermaid' ? { statusFormat: format } : {}),
  };
  return withWorld(io, 'status', options, async (world, limit) => {
    if (given.watch !== undefined)
      return watchStatus(world, limit, (given.watch === true ? WATCH_S : given.watch) * 1000);
    const { drifted, failure } = await statusCommand(world, limit);
    if (failure !== undefined) return EXIT_OF[failure.code];
    return options.detailedExitcode && drifted ? EXIT.changes : EXIT.done;
  });
}

export async function history(io: CliIo, options: HostOptions): Promise<number> {
  return withWorld(io, 'history', options, async (world, limit) => {
    await historyCommand(world, limit);
    return EXIT.done;
  });
}

/** Seconds; as watch(1). */
const WATCH_S = 2;
