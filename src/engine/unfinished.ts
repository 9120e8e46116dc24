import type { ArmedRun } from '../domain/dead-man.ts';
import type { Diagnostic } from '../domain/error.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';

/** Of which runs that have not ended a host is armed: the plan is about what they left. */
export function warningsOfArmed({ intent, deadMan }: HostSnapshot): readonly Diagnostic[] {
  return (deadMan?.armed ?? []).map((run) => ({
    severity: 'warning',
    host: intent.name,
    message: `run ${run.runId} (${run.command} by ${run.by}) has not ended here: ${stateOf(run)}`,
    hints: ['the next apply, rollback or destroy takes it over'],
  }));
}

function stateOf({ state, failure, undoesAt }: ArmedRun): string {
  if (failure !== undefined) return `its dead-man could not undo it (${failure})`;
  if (state === 'undoing') return 'its dead-man is undoing it';
  return `this host undoes it ${undoesAt === undefined ? 'when it boots' : `at ${undoesAt}`}`;
}
