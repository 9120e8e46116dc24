import { applyCommand, destroyCommand, rollbackCommand, type ChangeCommand } from '../../engine/alter.ts';
import type { Terminal } from '../../domain/terminal.ts';
import { planCommand, planDestroyCommand, planRollbackCommand } from '../../engine/look.ts';
import type { Proposal } from '../../engine/propose.ts';
import { confirmWith } from '../confirm.ts';
import { withWorld } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { CliIo } from '../io.ts';
import type { ChangeFlags } from '../options.ts';

export async function apply(io: CliIo, options: ChangeFlags): Promise<number> {
  return withWorld(io, options.dryRun ? 'plan' : 'apply', options, async (world, limit, terminal) => {
    if (options.dryRun) return dryRunStatus(options, await planCommand(world, limit));
    await applyCommand(world, limit, changeCommand(options, terminal, 'apply this plan?'));
    return EXIT.done;
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
  return {
    verify: options.verify,
    keepOnFailure: options.keepOnFailure,
    confirmTimeoutS: options.deadMan ? options.confirmTimeout : undefined,
    confirm: confirmWith({ yes: options.yes, terminal }, question),
  };
}

function dryRunStatus(options: ChangeFlags, { plan }: Proposal): number {
  return options.detailedExitcode && !plan.isEmpty ? EXIT.changes : EXIT.done;
}
