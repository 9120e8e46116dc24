import { KonvoyError } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import type { Plan } from '../domain/plan.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Reader } from '../transport/transport.ts';
import type { Execution } from './execute.ts';
import { verifyUntilStable } from './verify.ts';
import type { World } from './world.ts';

/** Verifies what a plan has changed, and reports the verdict; throws when it is not good. */
export async function prove(
  world: World,
  plan: Plan,
  {
    witnesses,
    deadMen,
    sessions,
  }: Pick<Execution, 'deadMen' | 'sessions'> & {
    readonly witnesses: ReadonlyMap<HostName, Reader>;
  },
): Promise<Verdict> {
  world.report({ type: 'run-step', step: 'verifying' });
  const verdict = await verifyUntilStable(world, witnesses, {
    settlesOn: plan.activation.settlesOn,
    onLook: async () => deadMen.renewInTime(sessions),
  });
  world.report({ type: 'verdict', verdict });
  if (verdict.isGood) return verdict;
  const failed = verdict.checks.filter((check) => check.status === 'fail');
  const evidence = failed.map(
    (check) => `${check.host === undefined ? '' : `${check.host}: `}${check.evidence}`,
  );
  throw new KonvoyError(`verification failed: ${evidence.join('; ')}`, {
    code: 'verification-failed',
    hints: failed.flatMap((check) => check.hint ?? []),
  });
}
