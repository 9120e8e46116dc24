import { networkInterfaces } from 'node:os';
import { KonvoyError } from '../domain/error.ts';
import { addressPlan, freeSubnets } from './addresses.ts';
import { run } from './command.ts';
import type { LabContext, Suite } from './context.ts';
import { labLabel, networkName, stateLabel, subnetLabel, suiteLabel } from './labels.ts';

/** Creates the lab's network on the first subnet that is free and returns that subnet's number. */
export async function createNetwork(
  context: LabContext,
  lab: { readonly name: string; readonly suite: Suite; readonly stateDir: string },
): Promise<number> {
  const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((each) => each.address));
  for (const number of freeSubnets(own)) {
    // The engine is the judge: two labs that come up at once may both see the same subnet free.
    const created = await run(context, ['docker', 'network', 'create', ...networkArguments(lab, number)]);
    if (created.exitCode === 0) return number;
    if (/already exists/.test(created.stderr)) throw alreadyUp(lab.name);
    if (!/overlap/i.test(created.stderr)) {
      throw new KonvoyError(`no network for the lab: ${created.stderr.trim()}`, { code: 'lab-unavailable' });
    }
  }
  throw new KonvoyError('every subnet a lab may use is taken', {
    code: 'lab-unavailable',
    hints: ['konvoy-ha lab down'],
  });
}

/** The refusal to bring up a lab twice. */
export function alreadyUp(lab: string): KonvoyError {
  return new KonvoyError(`lab ${lab} is up already`, {
    code: 'lab-unavailable',
    hints: ['konvoy-ha lab down'],
  });
}

function networkArguments(
  lab: { readonly name: string; readonly suite: Suite; readonly stateDir: string },
  number: number,
): readonly string[] {
  const plan = addressPlan(number);
  const labels = {
    [labLabel]: lab.name,
    [suiteLabel]: lab.suite,
    [subnetLabel]: String(number),
    [stateLabel]: lab.stateDir,
  };
  return [
    // No way out: a host of the lab can harm nobody and owes nothing to the world's state.
    '--internal',
    '--ipv6',
    ...['--subnet', plan.subnet, '--subnet', plan.subnet6],
    ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    networkName(lab.name),
  ];
}
