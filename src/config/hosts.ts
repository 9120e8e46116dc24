import type { HostIntent } from '../domain/intent.ts';
import { parseInterfaceName } from '../domain/names.ts';
import type { Target } from '../domain/target.ts';
import { parsePriority } from '../domain/vrrp.ts';
import { numberIn } from './text/cursor.ts';
import { groupsOf, hostsOf, HostVariables, type Host, type Inventory } from './ansible/inventory.ts';
import type { Problems } from './text/problems.ts';
import { spanOf, type Place } from './text/source.ts';
import { closest } from './text/suggest.ts';
import { readTarget, type HostEntry, type Operator } from './target.ts';
import { readVariable } from './variable.ts';

/** The names under which inventories keep the control-plane hosts; both count, in this order. */
export const CONTROL_PLANE_GROUPS: readonly string[] = ['control-plane', 'control_plane'];

/** The control-plane hosts in file order, each with its variables; that there are none is a problem. */
export function controlPlaneEntries(inventory: Inventory, problems: Problems): readonly HostEntry[] {
  const hosts = new Set(CONTROL_PLANE_GROUPS.flatMap((group) => hostsOf(inventory, group)));
  if (hosts.size === 0) refuseEmptyControlPlane(inventory, problems);
  return [...hosts].map((host) => ({ host, variables: new HostVariables(inventory, host) }));
}

/** What is asked of each host itself; hosts about which something is wrong are left out, after it has been said. */
export function readHosts(
  entries: readonly HostEntry[],
  surroundings: Surroundings,
  problems: Problems,
): readonly HostIntent[] {
  const jump = readBastion(surroundings, problems);
  const hosts = entries.flatMap((entry) => readHost(entry, { ...surroundings, jump, problems }));
  refuseSameMachine(hosts, entries, problems);
  return hosts;
}

interface Surroundings {
  readonly inventory: Inventory;
  readonly operator: Operator;
}

function readHost(
  entry: HostEntry,
  {
    inventory,
    operator,
    jump,
    problems,
  }: Surroundings & { readonly jump: Target | undefined; readonly problems: Problems },
): readonly HostIntent[] {
  const { host, variables } = entry;
  const target = readTarget(entry, operator, problems);
  const interfaceCursor = variables.first('keepalived_interface');
  const keepalivedInterface = interfaceCursor && readVariable(interfaceCursor, parseInterfaceName);
  const priorityCursor = variables.first('keepalived_priority');
  const priority = priorityCursor && readVariable(priorityCursor, (text) => parsePriority(numberIn(text)));
  if (target === undefined) return [];
  return [
    {
      name: target.host,
      target: jump === undefined || !needsJump(target, jump) ? target : through(jump, target),
      groups: groupsOf(inventory, host).map((group) => group.name),
      ...(keepalivedInterface === undefined ? {} : { interface: keepalivedInterface }),
      ...(priority === undefined ? {} : { priority }),
      span: spanOf(host.place),
    },
  ];
}

/** Konvoy picks one of several bastions at random for each connection; the first one always is easier to reason about. */
function readBastion({ inventory, operator }: Surroundings, problems: Problems): Target | undefined {
  const [host] = hostsOf(inventory, 'bastion');
  if (host === undefined) return undefined;
  return readTarget({ host, variables: new HostVariables(inventory, host) }, operator, problems);
}

/** The bastion itself may be a control-plane host, a host may have a way of its own, and the operator's own machine needs none. */
function needsJump(target: Target, jump: Target): boolean {
  if (target.connection === 'local' || target.unsaid?.includes('route') !== true) return false;
  return target.address !== jump.address || target.port !== jump.port;
}

function through(jump: Target, target: Target): Target {
  return { ...target, jump, unsaid: target.unsaid?.filter((field) => field !== 'route') ?? [] };
}

function refuseEmptyControlPlane(inventory: Inventory, problems: Problems): void {
  const empty = CONTROL_PLANE_GROUPS.map((name) => inventory.groups.get(name)).find(
    (group) => group !== undefined,
  );
  if (empty !== undefined) {
    problems.error(`the group ${JSON.stringify(empty.name)} has no hosts`, empty.place);
    return;
  }
  const names = [...inventory.groups.keys()];
  const meant = closest('control-plane', names) ?? LOOKALIKES.find((name) => names.includes(name));
  const place = meant === undefined ? firstPlace(inventory) : inventory.groups.get(meant)?.place;
  const hint =
    meant === undefined ? 'put the control-plane hosts in a group of that name' : `rename "${meant}"`;
  problems.error('there is no group "control-plane"', place, hint);
}

function firstPlace(inventory: Inventory): Place | undefined {
  return [...inventory.groups.values()].find((group) => group.place !== undefined)?.place;
}

function refuseSameMachine(
  hosts: readonly HostIntent[],
  entries: readonly HostEntry[],
  problems: Problems,
): void {
  const placeOf = new Map(entries.map(({ host }): [string, Host] => [host.name, host]));
  const seen = new Map<string, HostIntent>();
  for (const host of hosts) {
    const { connection, address, port } = host.target;
    const machine = connection === 'local' ? 'this machine' : `${address.toLowerCase()} port ${port}`;
    const other = seen.get(machine);
    if (other === undefined) {
      seen.set(machine, host);
      continue;
    }
    const message = `${other.name} and ${host.name} are the same machine: ${machine}`;
    problems.error(message, placeOf.get(other.name)?.place);
    problems.error(message, placeOf.get(host.name)?.place);
  }
}

/** What other tools call the control plane. */
const LOOKALIKES = [
  'kube_control_plane',
  'kube-control-plane',
  'masters',
  'master',
  'kube-master',
  'kube_master',
  'server',
];
