import type { Diagnostic } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import type { BasisChange, BasisHost, PlanBasis } from '../domain/saved-plan.ts';

/** What a plan is for: it can be told before any host is asked. */
export type PlanPurpose = Pick<PlanBasis, 'tool' | 'cluster' | 'endpoint' | 'inventory'>;

/** Why a saved plan is not for this tool, cluster or inventory; empty when it is. */
export function otherPurpose(saved: PlanPurpose, now: PlanPurpose): readonly Diagnostic[] {
  const where = (inventory: PlanPurpose['inventory']): ReadonlyMap<HostName, string> =>
    new Map(inventory.map(({ host, at }) => [host, at]));
  const [then, today] = [where(saved.inventory), where(now.inventory)];
  return [
    ...differs('it was made by konvoy-ha', saved.tool, now.tool),
    ...differs('it is for the cluster', saved.cluster, now.cluster),
    ...differs('it is for the endpoint', saved.endpoint, now.endpoint),
    ...[...then].flatMap(([host, at]) => {
      const other = today.get(host);
      if (other === undefined) return [problem('is not in the inventory any more', host)];
      return at === other ? [] : [problem(`was at ${at}, and the inventory has it at ${other}`, host)];
    }),
    ...[...today.keys()].flatMap((host) =>
      then.has(host) ? [] : [problem('is in the inventory, and was not when the plan was made', host)],
    ),
  ];
}

/** What has changed since a plan was saved, of all that it was based on; empty when it would be the same now. */
export function staleness(saved: PlanBasis, now: PlanBasis): readonly Diagnostic[] {
  const today = new Map(now.hosts.map((host) => [host.host, host]));
  const hosts = saved.hosts.flatMap((then) => hostStaleness(then, today.get(then.host)));
  const known = new Set(saved.hosts.map(({ host }) => host));
  const more = now.hosts.filter(({ host }) => !known.has(host));
  const found = [...hosts, ...more.map(({ host }) => problem('is not in the plan', host))];
  if (found.length > 0 || JSON.stringify(saved.waves) === JSON.stringify(now.waves)) return found;
  const order = ({ waves }: PlanBasis): string =>
    waves.map(({ hosts: names }) => names.join(', ')).join('; ');
  return [
    problem(
      `the order would be another now, because the VIP, a router or an API server is in another state: ${order(now)} instead of ${order(saved)}`,
    ),
  ];
}

function hostStaleness(then: BasisHost, now: BasisHost | undefined): readonly Diagnostic[] {
  const { host } = then;
  if (now === undefined) return [problem('is in the plan, and would not be now', host)];
  if (then.machine !== now.machine) return [problem('is another machine than the plan was made on', host)];
  const found: Diagnostic[] = [];
  const { generation } = now;
  if (then.generation?.runId !== generation?.runId) {
    const newest =
      generation === undefined
        ? 'none is there now'
        : `generation ${generation.number} by ${generation.by} is there now`;
    found.push(problem(`had generation ${then.generation?.number ?? 'none'}, and ${newest}`, host));
  }
  const changes = new Map(now.changes.map((change) => [change.key, change]));
  for (const change of then.changes) found.push(...changeStaleness(host, change, changes.get(change.key)));
  const known = new Set(then.changes.map(({ key }) => key));
  const more = now.changes.filter(({ key }) => !known.has(key));
  return [...found, ...more.map(({ key }) => problem(`${words(key)} is not in the plan`, host))];
}

function changeStaleness(
  host: HostName,
  then: BasisChange,
  now: BasisChange | undefined,
): readonly Diagnostic[] {
  const name = words(then.key);
  if (now === undefined) return [problem(`${name} is in the plan, and would not be now`, host)];
  return [
    ...(then.observed === now.observed ? [] : [problem(`${name} has changed on the host`, host)]),
    ...(then.wanted === now.wanted ? [] : [problem(`${name}: something else is asked for now`, host)]),
  ];
}

function differs(what: string, then: string, now: string): readonly Diagnostic[] {
  return then === now ? [] : [problem(`${what} ${then}, and this is ${now}`)];
}

function problem(message: string, host?: HostName): Diagnostic {
  const text = host === undefined ? message : `${host}: ${message}`;
  return { severity: 'error', message: text, hints: [], ...(host === undefined ? {} : { host }) };
}

function words(key: string): string {
  return key.replace(':', ' ');
}
