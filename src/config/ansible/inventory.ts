import { basename, join } from 'node:path';
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
}

export interface Group {
  readonly name: string;
  /** Where it was first named; `all` is there even when no file names it. */
  readonly place?: Place;
  readonly hosts: readonly string[];
  readonly children: readonly string[];
  readonly parents: readonly string[];
  readonly variables: Variables;
  /** Length of the longest way down from `all`. */
  readonly depth: number;
}

export interface Host {
  readonly name: string;
  readonly place: Place;
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
    const { hosts, children } = membersOf(inventory, group);
    for (const name of hosts) names.add(name);
    for (const child of children) groups.add(child);
  }
  return [...names].map((name) => inventory.hosts.get(name)).filter((host) => host !== undefined);
}

/** The names of all groups, with the two that are always there first. */
export function groupNames(inventory: Inventory): readonly string[] {
  return [...new Set(['all', UNGROUPED, ...inventory.groups.keys()])];
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

/** Looks variables up for one host: its own beat its groups', a deeper group's beat a shallower one's, `all` comes last. */
export class HostVariables {
  readonly #scopes: readonly Variables[];
  readonly #read: ReadScalar;

  constructor(inventory: Inventory, host: Host) {
    const groups = groupsOf(inventory, host).map((group) => group.variables);
    const all = inventory.groups.get('all')?.variables ?? new Map<string, Field>();
    this.#scopes = [all, ...groups, host.variables].reverse();
    this.#read = templateReader({
      lookUp: (name) => magicOf(host).get(name) ?? this.defined(name)?.node ?? originOf(host).get(name),
      names: () => [...new Set(this.#scopes.flatMap((scope) => [...scope.keys()]))],
    });
  }

  /** The definition that is in force, even when its value is blank. */
  defined(name: string): Cursor | undefined {
    return this.#scopes.find((scope) => scope.has(name))?.get(name)?.value;
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
}

/** What is right in a group. Nobody has to say that a group is in `all`, or that a host is in no group. */
function membersOf(inventory: Inventory, name: string): Pick<Group, 'hosts' | 'children'> {
  const { hosts = [], children = [] } = inventory.groups.get(name) ?? {};
  if (name === UNGROUPED) {
    const ungrouped = [...inventory.hosts.values()].filter((host) =>
      host.groups.every((group) => group === 'all' || group === UNGROUPED),
    );
    return { hosts: ungrouped.map((host) => host.name), children };
  }
  if (name !== 'all') return { hosts, children };
  const tops = [...inventory.groups.values()].filter((group) => group.parents.length === 0);
  const names = tops.map((group) => group.name).filter((top) => top !== 'all');
  return { hosts, children: [UNGROUPED, ...children, ...names] };
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
  return a.depth - b.depth || priorityOf(a) - priorityOf(b) || (a.name < b.name ? -1 : 1);
}

function priorityOf(group: Group): number {
  const node = group.variables.get('ansible_group_priority')?.value.node;
  return node?.kind === 'scalar' && /^-?[0-9]{1,9}$/.test(node.text) ? Number(node.text) : 1;
}

const UNGROUPED = 'ungrouped';
