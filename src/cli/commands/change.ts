import { applyCommand, destroyCommand, rollbackCommand, type ChangeCommand } from '../../engine/alter.ts';
import { KonvoyError } from '../../domain/error.ts';
import { parseSerial } from '../../domain/serial.ts';
import type { Terminal } from '../../domain/terminal.ts';
import { planCommand, planDestroyCommand, planRollbackCommand } from '../../engine/look.ts';
import type { Proposal } from '../../engine/propose.ts';
import { decodePlanFile } from '../../engine/plan-file.ts';
import { refuseOtherPurpose } from '../../engine/saved-plan.ts';
import type { World } from '../../engine/world.ts';
import { breakLockWith, confirmWith } from '../confirm.ts';
import { withWorld } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { CliIo } from '../io.ts';
import type { ChangeFlags } from '../options.ts';
import { readPlanFile } from '../plan-file.ts';
import { VERSION } from '../version.ts';

export async function apply(io: CliIo, options: ChangeFlags, planFile: string | undefined): Promise<number> {
  return withWorld(io, options.dryRun ? 'plan' : 'apply', options, async (world, limit, terminal) => {
    if (planFile !== undefined) return applySaved(io, options, { world, planFile, terminal });
    if (options.dryRun) return dryRunStatus(options, await planCommand(world, limit));
    await applyCommand(world, limit, changeCommand(options, terminal, 'apply this plan?'));
    return EXIT.done;
  });
}

/** A saved plan has been looked at: it is applied without asking, as it is, or not at all. */
async function applySaved(
  io: CliIo,
  options: ChangeFlags,
  run: { readonly world: World; readonly planFile: string; readonly terminal: Terminal | undefined },
): Promise<number> {
  refuseOtherChoice(options, run.planFile);
  const saved = decodePlanFile(await readPlanFile(io, run.planFile), run.planFile);
  refuseOtherPurpose(run.world, saved, VERSION);
  const limit = new Set(saved.basis.limited);
  const serial = saved.serial === undefined ? undefined : parseSerial(saved.serial);
  const world = serial?.ok === true ? { ...run.world, serial: serial.value } : run.world;
  if (options.dryRun) return dryRunStatus(options, await planCommand(world, limit, saved));
  const command = changeCommand(options, run.terminal, '');
  await applyCommand(world, limit, { ...command, saved, confirm: async () => Promise.resolve(true) });
  return EXIT.done;
}

function refuseOtherChoice({ limit, serial }: ChangeFlags, planFile: string): void {
  const given = limit !== undefined ? '--limit' : serial !== undefined ? '--serial' : undefined;
  if (given === undefined) return;
  throw new KonvoyError(`${given} cannot be given with a saved plan: ${planFile} has its own`, {
    code: 'usage',
    hints: [`give it when the plan is made: konvoy-ha plan ${given} … -o FILE`],
  });
}

export async function rollback(io: CliIo, options: ChangeFlags & { readonly to?: number }): Promise<number> {
  return withWorld(
    io,
    options.dryRun ? 'plan rollback' : 'rollback',
    options,
    async (world, limit, terminal) => {
      if (options.dryRun) return dryRunStatus(options, await planRollbackCommand(world, limit, options.to));
      const command = changeCommand(options, terminal, 'roll back?');
      await rollbackCommand(world, limit, { ...command, to: options.to });
      return EXIT.done;
    },
  );
}

export async function destroy(
  io: CliIo,
  options: ChangeFlags & { readonly purge: boolean },
): Promise<number> {
  return withWorld(
    io,
    options.dryRun ? 'plan destroy' : 'destroy',
    options,
    async (world, limit, terminal) => {
      if (options.dryRun) return dryRunStatus(options, await planDestroyCommand(world, limit, options.purge));
      const question = 'take everything of konvoy-ha off these hosts? The VIP goes with it.';
      const command = changeCommand(options, terminal, question);
      await destroyCommand(world, limit, { ...command, purge: options.purge });
      return EXIT.done;
    },
  );
}

function changeCommand(
  options: ChangeFlags,
  terminal: Terminal | undefined,
  question: string,
): ChangeCommand {
  const consent = { yes: options.yes, terminal };
  return {
    verify: options.verify,
    keepOnFailure: options.keepOnFailure,
    confirmTimeoutS: options.deadMan ? options.confirmTimeout : undefined,
    confirm: confirmWith(consent, question),
    ...(options.breakLock ? { breakLock: breakLockWith(consent) } : {}),
  };
}

function dryRunStatus(options: ChangeFlags, { plan }: Proposal): number {
  return options.detailedExitcode && !plan.isEmpty ? EXIT.changes : EXIT.done;
}
