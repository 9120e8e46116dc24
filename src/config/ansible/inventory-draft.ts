import type { Field } from '../text/cursor.ts';
import type { Problems } from '../text/problems.ts';
import type { Place } from '../text/source.ts';
import { readGroupPriority } from './group-priority.ts';
import type { Group, Host, Inventory } from './inventory.ts';

interface GroupDraft {
  place?: Place;
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly parents: Set<string>;
  readonly variables: Map<string, Field>;
  priority: bigint;
}

interface HostDraft {
  readonly place: Place;
  readonly groups: Set<string>;
  readonly variables: Map<string, Field>;
}

/** An inventory while its files are being read, in whatever format; what is said later beats what was said before. */
export class InventoryDraft {
  readonly #groups = new Map<string, GroupDraft>();
  readonly #hosts = new Map<string, HostDraft>();

  constructor() {
    this.addChild('all', 'ungrouped');
  }

  hasGroup(name: string): boolean {
    return this.#groups.has(name);
  }

  hasHost(name: string): boolean {
    return this.#hosts.has(name);
  }

  addGroup(name: string, place: Place): void {
    this.#group(name).place ??= place;
  }

  addChild(parent: string, child: string): void {
    this.#group(parent).children.add(child);
    this.#group(child).parents.add(parent);
  }

  /** The port of `host:port` counts where the host is named first, and nowhere else. */
  addHost(group: string, name: string, place: Place, port?: Field): void {
    const host = this.#hosts.get(name) ?? newHost(place, port);
    this.#hosts.set(name, host);
    host.groups.add(group);
    this.#group(group).hosts.add(name);
  }

  setGroupVariable(group: string, variable: Field): void {
    const draft = this.#group(group);
    if (variable.key === 'ansible_group_priority') draft.priority = readGroupPriority(variable.value) ?? 1n;
    else draft.variables.set(variable.key, variable);
  }

  /** Where a group has the name of the host, Ansible gives the variable to the group. */
  setHostVariable(host: string, variable: Field): void {
    if (this.#groups.has(host)) this.setGroupVariable(host, variable);
    else this.#hosts.get(host)?.variables.set(variable.key, variable);
  }

  /** The finished inventory; groups that contain themselves are a problem and are left out. */
  finish(problems: Problems): Inventory {
    this.#refuseNestedUngrouped(problems);
    this.#adoptGroups();
    this.#adoptHosts(problems);
    const depths = this.#depths();
    this.#refuseCircle(depths, problems);
    const groups = new Map<string, Group>();
    for (const [name, group] of this.#groups) {
      const depth = depths.get(name);
      if (depth !== undefined) groups.set(name, finishGroup(name, group, depth));
    }
    const hosts = Array.from(this.#hosts, ([name, host]): [string, Host] => [
      name,
      { name, place: host.place, variables: host.variables, groups: [...host.groups] },
    ]);
    const noFiles = { groups: new Map(), hosts: new Map() };
    return { groups, hosts: new Map(hosts), besideSources: [], besidePlaybook: noFiles, extra: new Map() };
  }

  /** Ansible takes a host of such a group out of it, and then it is in none. */
  #refuseNestedUngrouped(problems: Problems): void {
    const { parents, children, place } = this.#group('ungrouped');
    const parent = [...parents].find((name) => name !== 'all');
    if (parent !== undefined) problems.error(`"ungrouped" cannot be in ${JSON.stringify(parent)}`, place);
    if (children.size > 0) problems.error('"ungrouped" cannot contain other groups', place);
  }

  /** Groups that are in no other one are in `all`. */
  #adoptGroups(): void {
    for (const [name, { parents }] of this.#groups) {
      if (name !== 'all' && parents.size === 0) this.addChild('all', name);
    }
  }

  /** `ungrouped` holds the hosts that are in no other group, whatever the files say. */
  #adoptHosts(problems: Problems): void {
    const ungrouped = this.#group('ungrouped');
    for (const [name, { groups, place }] of this.#hosts) {
      if ([...groups].some((group) => group !== 'all' && group !== 'ungrouped')) {
        ungrouped.hosts.delete(name);
        groups.delete('ungrouped');
      } else if (groups.has('ungrouped')) continue;
      else if (this.#groups.has(name)) {
        // Ansible looks the name up among the groups first, here too, and nests that group in `ungrouped`.
        const message = `the host ${JSON.stringify(name)} is in no group, and a group has its name`;
        problems.error(message, place, 'put the host into a group, or give one of them another name');
      } else {
        ungrouped.hosts.add(name);
        groups.add('ungrouped');
      }
    }
  }

  /** Kahn's algorithm: a group's depth is final when all its parents' are; those in a circle never get one. */
  #depths(): ReadonlyMap<string, number> {
    const depths = new Map<string, number>();
    const open = new Map(Array.from(this.#groups, ([name, group]) => [name, group.parents.size]));
    const ready = [...open].filter(([, parents]) => parents === 0).map(([name]) => name);
    for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
      const group = this.#group(name);
      const above = [...group.parents].map((parent) => depths.get(parent) ?? 0);
      depths.set(name, Math.max(-1, ...above) + 1);
      for (const child of group.children) {
        const left = (open.get(child) ?? 0) - 1;
        open.set(child, left);
        if (left === 0) ready.push(child);
      }
    }
    return depths;
  }

  #refuseCircle(depths: ReadonlyMap<string, number>, problems: Problems): void {
    const isOpen = (name: string): boolean => !depths.has(name);
    let name = [...this.#groups.keys()].find(isOpen);
    const way: string[] = [];
    while (name !== undefined && !way.includes(name)) {
      way.unshift(name);
      // Whatever has no depth has a parent without one, so this walk upwards ends in the circle.
      name = [...this.#group(name).parents].find(isOpen);
    }
    if (name === undefined) return;
    const circle = [name, ...way.slice(0, way.indexOf(name) + 1)].join(' > ');
    problems.error(`a group cannot contain itself: ${circle}`, this.#group(name).place);
  }

  #group(name: string): GroupDraft {
    const group = this.#groups.get(name) ?? newGroup();
    this.#groups.set(name, group);
    return group;
  }
}

function newGroup(): GroupDraft {
  return { hosts: new Set(), children: new Set(), parents: new Set(), variables: new Map(), priority: 1n };
}

function newHost(place: Place, port: Field | undefined): HostDraft {
  const variables = new Map(port === undefined ? [] : [[port.key, port]]);
  return { place, groups: new Set(), variables };
}

function finishGroup(name: string, draft: GroupDraft, depth: number): Group {
  return {
    name,
    ...(draft.place === undefined ? {} : { place: draft.place }),
    hosts: [...draft.hosts],
    children: [...draft.children],
    parents: [...draft.parents],
    variables: draft.variables,
    depth,
    priority: draft.priority,
  };
}
