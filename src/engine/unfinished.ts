import type { ArmedRun } from '../domain/dead-man.ts';
import type { Proposal } from './propose.ts';
import type { View } from './world.ts';

/** Says of which hosts a run is armed that has not ended: the plan is about what it left. */
export function warnOfArmed(view: View, { snapshots }: Proposal): void {
  for (const { intent, deadMan } of snapshots) {
    for (const run of deadMan?.armed ?? []) {
      const message = `run ${run.runId} (${run.command} by ${run.by}) has not ended here: ${stateOf(run)}`;
      const hints = ['the next apply, rollback or destroy takes it over'];
      view.report({
        type: 'diagnostic',
        diagnostic: { severity: 'warning', host: intent.name, message, hints },
      });
    }
  }
}

function stateOf({ state, failure, undoesAt }: ArmedRun): string {
  if (failure !== undefined) return `its dead-man could not undo it (${failure})`;
  if (state === 'undoing') return 'its dead-man is undoing it';
  return `this host undoes it ${undoesAt === undefined ? 'when it boots' : `at ${undoesAt}`}`;
}
