import { basename, join } from 'node:path';
import { byCodePoint } from '../text/order.ts';
import type { Cursor, Field } from '../text/cursor.ts';
import type { ReadScalar } from '../text/reading.ts';
import type { Place } from '../text/source.ts';
import { templateReader } from './template.ts';

/** Variables by name; a later definition replaces an earlier one whole, as in Ansible. */
export type Variables = ReadonlyMap<string, Field>;

/** What groups and hosts there are and which variables they carry; no variable has been interpreted. */
export interface Inventory {
  /** In order of appearance, `all` first; no group contains itself. */
  readonly groups: ReadonlyMap<string, Group>;
  /** In order of appearance. */
  readonly hosts: ReadonlyMap<string, Host>;
  /** What stands in group_vars and host_vars beside the sources: one of each folder, the weakest first. */
  readonly besideSources: readonly FileVariables[];
  readonly besidePlaybook: FileVariables;
  /** What the command line says; beats everything. */
  readonly extra: Variables;
}

/** The variables in one folder's group_vars and host_vars, by the name of the group or host. */
export interface FileVariables {
  readonly groups: ReadonlyMap<string, Variables>;
  readonly hosts: ReadonlyMap<string, Variables>;
}

export interface Group {
  readonly name: string;
  /** Where it was first named; `all` and `ungrouped` are there even when no file names them. */
  readonly place?: Place;
  readonly hosts: readonly string[];
  readonly children: readonly string[];
  readonly parents: readonly string[];
  /** Those that the inventory itself gives it. */
  readonly variables: Variables;
  /** Length of the longest way down from `all`. */
  readonly depth: number;
  /** `ansible_group_priority`, 1 unless set: decides between groups of one depth. */
  readonly priority: bigint;
}

export interface Host {
  readonly name: string;
  readonly place: Place;
  /** Those that the inventory itself gives it. */
  readonly variables: Variables;
  /** The groups that name it. */
  readonly groups: readonly string[];
}

/** The hosts of a group and of the groups below it, level by level: its own first, then its children's as they are named. */
export function hostsOf(inventory: Inventory, groupName: string): readonly Host[] {
  const names = new Set<string>();
  // A set goes on with what is added to it meanwhile.
  const groups = new Set([groupName]);
  for (const group of groups) {
    const { hosts = [], children = [] } = inventory.groups.get(group) ?? {};
    for (const name of hosts) names.add(name);
    for (const child of children) groups.add(child);
  }
  return [...names].map((name) => inventory.hosts.get(name)).filter((host) => host !== undefined);
}

/** Every group that a host is in, directly or through children, without `all`: the weakest first. */
export function groupsOf(inventory: Inventory, host: Host): readonly Group[] {
  const found = new Map<string, Group>();
  const waiting = [...host.groups];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const group = inventory.groups.get(next);
    if (group === undefined || next === 'all' || found.has(next)) continue;
    found.set(next, group);
    waiting.push(...group.parents);
  }
  return [...found.values()].sort(byPrecedence);
}

/** Every variable of every group and host, wherever it is set, also those that another one beats. */
export function* definitionsIn(inventory: Inventory): Generator<Field> {
  const { groups, hosts, besideSources, besidePlaybook, extra } = inventory;
  for (const { variables } of groups.values()) yield* variables.values();
  for (const { variables } of hosts.values()) yield* variables.values();
  for (const files of [...besideSources, besidePlaybook]) {
    for (const variables of files.groups.values()) yield* variables.values();
    for (const variables of files.hosts.values()) yield* variables.values();
  }
  yield* extra.values();
}

/** Looks variables up for one host, in Ansible's order: nothing is copied, a lookup walks down from the strongest layer. */
export class HostVariables {
  /** The strongest first. */
  readonly #layers: readonly Variables[];
  readonly #read: ReadScalar;

  constructor(inventory: Inventory, host: Host) {
    this.#layers = layersOf(inventory, host).reverse();
    this.#read = templateReader({
      lookUp: (name) => magicOf(host).get(name) ?? this.defined(name)?.node ?? originOf(host).get(name),
      names: () => [...new Set(this.#layers.flatMap((layer) => [...layer.keys()]))],
    });
  }

  /** The definition that is in force, even when its value is blank. */
  defined(name: string): Cursor | undefined {
    return this.#layers.find((layer) => layer.has(name))?.get(name)?.value;
  }

  /**
   * The first of several names for one thing that has a value; null and the empty string are none. What it refers to is
   * looked up on this host.
   */
  first(...names: readonly string[]): Cursor | undefined {
    return names
      .map((name) => this.defined(name))
      .find((cursor) => cursor?.isBlank === false)
      ?.readBy(this.#read);
  }

  /** Every variable that is in force. */
  all(): Variables {
    return mergeVariables([...this.#layers].reverse());
  }
}

/** One map of several, the weakest first. */
export function mergeVariables(layers: readonly Variables[]): Variables {
  const merged = new Map<string, Field>();
  for (const layer of layers) for (const [name, field] of layer) merged.set(name, field);
  return merged;
}

/** The weakest first: the order that Ansible's code has (VARIABLE_PRECEDENCE), not the one of its manual. */
function layersOf(inventory: Inventory, host: Host): Variables[] {
  const { besideSources, besidePlaybook } = inventory;
  const groups = groupsOf(inventory, host);
  const ofGroups = ({ groups: files }: FileVariables): readonly (Variables | undefined)[] =>
    groups.map(({ name }) => files.get(name));
  const layers = [
    inventory.groups.get('all')?.variables,
    ...groups.map(({ variables }) => variables),
    ...[...besideSources, besidePlaybook].map((files) => files.groups.get('all')),
    ...[...besideSources, besidePlaybook].flatMap(ofGroups),
    host.variables,
    ...[...besideSources, besidePlaybook].map((files) => files.hosts.get(host.name)),
    inventory.extra,
  ];
  return layers.filter((layer) => layer !== undefined).filter((layer) => layer.size > 0);
}

/** What Ansible itself says of a host, whatever the files say. */
function magicOf({ name }: Host): ReadonlyMap<string, string> {
  return new Map([
    ['inventory_hostname', name],
    ['inventory_hostname_short', name.split('.', 1)[0] ?? name],
  ]);
}

/** Where the host was first named. */
function originOf({ place: { source } }: Host): ReadonlyMap<string, string> {
  return new Map([
    ['inventory_dir', source.directory],
    ['inventory_file', join(source.directory, basename(source.name))],
  ]);
}

/** Ansible's order, weakest first: by depth, then by `ansible_group_priority`, then by name. */
function byPrecedence(a: Group, b: Group): number {
  return a.depth - b.depth || Number(a.priority - b.priority) || byCodePoint(a.name, b.name);
}
