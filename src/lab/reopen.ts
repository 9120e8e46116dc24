import { hostPlans, type HostPlan } from './addresses.ts';
import { must, run } from './command.ts';
import { suites, type LabContext, type Suite } from './context.ts';
import { labLabel, networkName, roleLabel, stateLabel, subnetLabel, suiteLabel } from './labels.ts';
import { statePaths, type StatePaths } from './state-files.ts';

/** What the labels of a lab's network and containers say of it. */
export interface FoundLab {
  readonly name: string;
  readonly suite: Suite;
  /** The image its hosts were made from, which need not be the one that the recipe makes today. */
  readonly image: string;
  /** Number of its subnet. */
  readonly number: number;
  readonly plans: readonly HostPlan[];
  readonly paths: StatePaths;
}

/** Reads a lab back from its labels; nothing when no lab of that name is up. */
export async function readLab(context: LabContext, name: string): Promise<FoundLab | undefined> {
  const format = '{{json .Labels}}';
  const inspected = await run(context, [
    'docker',
    'network',
    'inspect',
    '--format',
    format,
    networkName(name),
  ]);
  if (inspected.exitCode !== 0) return undefined;
  const labels = JSON.parse(inspected.stdout) as Readonly<Record<string, string>>;
  const suite = suites.find((known) => known === labels[suiteLabel]);
  const stateDir = labels[stateLabel];
  if (suite === undefined || stateDir === undefined) return undefined;
  const listed = await must(context, [
    ...['docker', 'ps', '--all', '--filter', `label=${labLabel}=${name}`],
    ...['--format', `{{.Label "${roleLabel}"}}\t{{.Image}}`],
  ]);
  const rows = listed.split('\n').map((line) => line.split('\t'));
  const count = (role: string) => rows.filter(([label]) => label === role).length;
  const image = rows.find(([role]) => role === 'host')?.[1];
  if (image === undefined) return undefined;
  const number = Number(labels[subnetLabel]);
  const plans = hostPlans(number, { hosts: count('host'), strangers: count('stranger') });
  return { name, suite, image, number, plans, paths: statePaths(stateDir) };
}
