import type { Target } from '../../domain/target.ts';
import { impossibleWishes } from '../ssh/algorithms.ts';

/** What the options of a host, or of one on the way to it, ask of ssh2 that it cannot do, for people. */
export function whatSsh2Lacks({ settings, jump }: Target): string | undefined {
  const options = (settings?.opensshOptions ?? []).map(({ name }) => name);
  const wishes = impossibleWishes(settings?.algorithms);
  if (options.length > 0) return `ssh2 does not know ${options.join(', ')}`;
  if (wishes.length > 0) return `ssh2 has nothing that ${wishes.join(', ')} would allow`;
  const further = jump && whatSsh2Lacks(jump);
  return further === undefined ? undefined : `${jump?.host ?? ''}: ${further}`;
}
