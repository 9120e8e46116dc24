import { PATHS } from '../backends/keepalived/layout.ts';
import { scriptTest } from '../backends/script-test.ts';
import { mutate, mutateScript, type Mutation } from '../domain/command.ts';
import type { HostName } from '../domain/names.ts';
import { actionOf, type Change, type HostPlan, type Plan } from '../domain/plan.ts';
import { resourceKey, roleOf, type FileResource, type ServiceRole } from '../domain/resource.ts';
import type { Platform } from '../platform/platform.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import { writeFile } from '../resources/file.ts';
import { converge, isSame } from '../resources/resources.ts';
import { platformOf } from './gather.ts';

/** One host's part of an execution. */
export interface HostWork {
  readonly plan: HostPlan;
  readonly snapshot: HostSnapshot;
  /** Makes the copies of what is overwritten and not ours; absent for an undo, which only puts things back. */
  readonly keep?: (path: string) => Mutation;
}

/** A batch of mutations under the name that is shown while it runs. */
export interface Step {
  readonly step: string;
  readonly mutations: readonly Mutation[];
}

/** Files that wait beside their place until their host is activated. */
export function candidatePath(path: string): string {
  return `${path}.konvoy-ha-new`;
}

/** Removes candidates that were never activated. */
export function removeCandidates(plan: Plan, host: HostName): Mutation {
  const planned = plan.hosts.find((entry) => entry.host === host);
  const waiting = planned === undefined ? [] : planned.changes.filter(waitsIn(planned));
  return mutate('rm', '-f', '--', ...waiting.map((change) => candidatePath(change.wanted.path)));
}

/** Removes what a step that was cut short can have left beside the files of a host. */
export function leftoverRemoval(plan: HostPlan): Mutation {
  const paths = plan.changes.flatMap(({ key }) =>
    key.startsWith('file:') ? [key.slice('file:'.length)] : [],
  );
  return mutateScript(REMOVE_LEFTOVERS, PATHS.handover, ...paths.map(candidatePath));
}

/** True for what is done before anything is activated. */
export function isStaged(change: Change): boolean {
  return change.action === 'create' || change.action === 'update' || isSpareAddress(change);
}

/** Everything that can be put in place without anybody noticing: few batches, each one round trip. */
export function stageSteps(work: HostWork): readonly Step[] {
  const { plan, snapshot } = work;
  const platform = platformOf(snapshot);
  const changes = plan.changes.filter(
    (change) => change.wanted !== undefined && change.action !== 'none' && !isActivated(change, plan),
  );
  const mutationsOf = (some: readonly Change[]): readonly Mutation[] =>
    some.flatMap((change) => [
      ...copiesOf(change, work),
      ...converge(change.wanted, change.observed, platform),
    ]);
  const packages = changes.filter((change) => change.wanted?.kind === 'package');
  const configuration = plan.changes.filter(waitsIn(plan));
  const openings = changes.filter((change) => change.wanted?.kind === 'opening');
  const others = changes.filter((change) => !packages.includes(change) && !openings.includes(change));
  const spare = removalsOf(work).filter(isSpareAddress);
  // Scripts and units before the package: what a package starts by itself finds them in place.
  return [
    {
      step: 'removing addresses that were left',
      mutations: spare.flatMap((change) => removalOf(change, work)),
    },
    {
      step: 'writing scripts and units',
      mutations: [...scriptTests(others, work), ...mutationsOf(others), ...unitReload(others, platform)],
    },
    // The units that they need are known by now.
    { step: 'opening the firewall', mutations: mutationsOf(openings) },
    ...packages.map((change) => ({ step: stepName(change), mutations: mutationsOf([change]) })),
    {
      step: 'staging the configuration',
      mutations: configuration.flatMap((change) => [
        ...copiesOf(change, work),
        writeFile(candidatePath(change.wanted.path), change.wanted),
      ]),
    },
  ];
}

/** Before any of them is written; an undo only puts back what has run already. */
function scriptTests(changes: readonly Change[], { keep }: HostWork): readonly Mutation[] {
  if (keep === undefined) return [];
  return changes.flatMap(({ wanted }) => (wanted?.kind === 'file' ? (scriptTest(wanted) ?? []) : []));
}

function unitReload(changes: readonly Change[], platform: Platform): readonly Mutation[] {
  const units = changes.some(({ wanted, observed }) => {
    const file = wanted ?? observed;
    return file?.kind === 'file' && file.effect === 'daemon-reload';
  });
  return units ? [platform.services.reloadUnits()] : [];
}

/** What was changed by hand, or was there before us, is kept before it is overwritten. */
function copiesOf(change: Change, { snapshot, keep }: HostWork): readonly Mutation[] {
  const { observed } = change;
  if (observed?.kind !== 'file' || keep === undefined) return [];
  const ours = snapshot.recorded.latest?.resources.find((resource) => resourceKey(resource) === change.key);
  if (ours !== undefined && isSame(ours, observed)) return [];
  return [keep(observed.path)];
}

/** Puts the candidates of a service in place and tells it in one round trip: nothing lies between the two. */
export function activationMutations({ plan, snapshot }: HostWork, role: ServiceRole): readonly Mutation[] {
  const platform = platformOf(snapshot);
  const moves = plan.changes
    .filter(waitsIn(plan, role))
    .map(({ wanted: { path } }) => mutate('mv', '-f', '--', candidatePath(path), path));
  const service = plan.changes.find(({ wanted }) => wanted?.kind === 'service' && roleOf(wanted) === role);
  const name = service?.wanted?.kind === 'service' ? service.wanted.name : undefined;
  if (service === undefined || name === undefined) return moves;
  const { services } = platform;
  const reload = role === 'router' ? services.reload(name) : services.reloadByUnit(name);
  const action = actionOf(plan, role);
  const tell = action === 'reload' ? [reload] : action === 'restart' ? [services.restart(name)] : [];
  return [...moves, ...tell, ...converge(service.wanted, service.observed, platform)];
}

/** What is not wanted any more, but for packages, in the opposite order of its creation. */
export function removalSteps(work: HostWork): readonly Step[] {
  const platform = platformOf(work.snapshot);
  const removals = removalsOf(work).filter((change) => !isPackage(change) && !isSpareAddress(change));
  return [
    { step: 'removing what is ours', mutations: removals.flatMap((change) => removalOf(change, work)) },
    { step: 'reading units again', mutations: unitReload(removals, platform) },
  ];
}

/** Packages that are not wanted any more; after the files, or a package manager leaves a directory behind that is not empty. */
export function packageRemovals(work: HostWork): readonly Step[] {
  return removalsOf(work)
    .filter(isPackage)
    .map((change) => ({ step: stepName(change), mutations: removalOf(change, work) }));
}

function removalsOf({ plan }: HostWork): readonly Change[] {
  return plan.changes.filter((change) => change.action === 'remove');
}

function removalOf(change: Change, work: HostWork): readonly Mutation[] {
  return [...copiesOf(change, work), ...converge(undefined, change.observed, platformOf(work.snapshot))];
}

function isPackage({ observed }: Change): boolean {
  return observed?.kind === 'package';
}

/** What belongs to the activation of a host: a service when that has something to do, and the files it is told about. */
function isActivated(change: Change, plan: HostPlan): boolean {
  if (waitsIn(plan)(change)) return true;
  const { wanted } = change;
  return wanted?.kind === 'service' && actionOf(plan, roleOf(wanted) ?? 'router') !== 'none';
}

/** A file waits as a candidate when its service is about to read it; where nothing runs there is nothing to wait for. */
export function waitsIn(
  plan: HostPlan,
  only?: ServiceRole,
): (change: Change) => change is Change & { readonly wanted: FileResource } {
  return (change): change is Change & { readonly wanted: FileResource } => {
    const role = change.wanted?.kind === 'file' ? roleOf(change.wanted) : undefined;
    if (change.action === 'none' || role === undefined || role !== (only ?? role)) return false;
    return ['reload', 'restart', 'start'].includes(actionOf(plan, role));
  };
}

/** An address that another host has as well goes first, so that whoever has it announces it afterwards. */
function isSpareAddress({ observed }: Change): boolean {
  return observed?.kind === 'address' && observed.isSpare;
}

function stepName(change: Change): string {
  const name = change.key.slice(change.key.indexOf(':') + 1);
  const verb = { create: 'installing', update: 'replacing', remove: 'removing', none: 'keeping' }[
    change.action
  ];
  return `${verb} ${name}`;
}

const REMOVE_LEFTOVERS = `for path in "$@"; do
  rm -f -- "$path" "\${path%/*}"/.konvoy-ha.????????
done`;
