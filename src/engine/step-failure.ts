import { stderrOf, stdoutOf, type CommandResult, type Mutation } from '../domain/command.ts';
import { KonvoyError } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import type { Session } from '../transport/transport.ts';

/** Why a command on a host failed, with the last lines of what it said. */
export function stepFailure(host: HostName, step: string, result: CommandResult | undefined): KonvoyError {
  const said =
    result === undefined
      ? ''
      : `${stdoutOf(result)}\n${stderrOf(result)}`.trim().split('\n').slice(-20).join('\n');
  const exit = result === undefined || result.exitCode === 0 ? '' : ` with exit code ${result.exitCode}`;
  return new KonvoyError(`${host}: ${step} failed${exit}`, {
    code: 'step-failed',
    host,
    hints: said === '' ? [] : [`it said: ${said}`],
  });
}

/** Runs mutations that have to work; throws with the name of the step and what the one that failed has said. */
export async function alter(session: Session, step: string, mutations: readonly Mutation[]): Promise<void> {
  const results = await session.mutate(mutations);
  const failed = results.find(({ exitCode }) => exitCode !== 0);
  if (failed !== undefined) throw stepFailure(session.host, step, failed);
}
