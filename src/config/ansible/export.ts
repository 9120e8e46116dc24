import type { ScalarNode } from '../text/tree.ts';
import {
  HostVariables,
  mergeVariables,
  type Group,
  type Host,
  type Inventory,
  type Variables,
} from './inventory.ts';
import { PythonMap, PythonValues, type PythonValue } from './python-value.ts';

/** What of an inventory is shown, as the options of `ansible-inventory` say it. */
export interface ExportOptions {
  /** Each variable where it is set (`--export`), instead of all that are in force on each host. */
  readonly whereSet: boolean;
  /** True when the playbook's folder was named: only then its group_vars count where groups are shown. */
  readonly namesPlaybook: boolean;
  /** The hosts that are shown; all without it. */
  readonly only?: ReadonlySet<string>;
}

/** What is shown of an inventory, as values that can be printed as JSON. */
export class InventoryExport {
  readonly #inventory: Inventory;
  readonly #options: ExportOptions;
  readonly #values = new PythonValues(markedValue);

  constructor(inventory: Inventory, options: ExportOptions) {
    this.#inventory = inventory;
    this.#options = options;
  }

  /** `--list`: every group with its hosts and children, and under `_meta` the variables of every host. */
  list(): PythonMap {
    const groups: [string, PythonMap][] = [];
    this.#addGroup('all', groups, new Set());
    const hostvars = [...this.#inventory.hosts.values()]
      .filter(({ name }) => this.#isShown(name))
      .map((host): [string, PythonMap] => [host.name, this.host(host)])
      .filter(([, variables]) => variables.items.length > 0);
    return new PythonMap([...groups, ['_meta', new PythonMap([['hostvars', new PythonMap(hostvars)]])]]);
  }

  /** `--host`: the variables of one host. */
  host(host: Host): PythonMap {
    return new PythonMap(this.#valuesOf(shownHostVariables(this.#inventory, host, this.#options)));
  }

  #addGroup(name: string, groups: [string, PythonMap][], seen: Set<string>): void {
    const group = this.#inventory.groups.get(name);
    if (group === undefined || seen.has(name)) return;
    seen.add(name);
    const shown = this.#group(group);
    if (shown.items.length > 0) groups.push([name, shown]);
    for (const child of group.children) this.#addGroup(child, groups, seen);
  }

  #group(group: Group): PythonMap {
    const hosts = group.name === 'all' ? [] : group.hosts.filter((name) => this.#isShown(name));
    const vars = this.#options.whereSet ? this.#groupValues(group) : [];
    return new PythonMap([
      ...(hosts.length > 0 ? [['hosts', hosts] as const] : []),
      ...(group.children.length > 0 ? [['children', group.children] as const] : []),
      ...(vars.length > 0 ? [['vars', new PythonMap(vars)] as const] : []),
    ]);
  }

  #groupValues(group: Group): readonly (readonly [string, PythonValue])[] {
    const values = this.#valuesOf(shownGroupVariables(this.#inventory, group, this.#options));
    if (group.priority === 1n) return values;
    return [...values.filter(([name]) => name !== PRIORITY), [PRIORITY, group.priority]];
  }

  #valuesOf(variables: Variables): readonly (readonly [string, PythonValue])[] {
    return Array.from(variables, ([name, { value }]) => [name, this.#values.of(value.node)]);
  }

  #isShown(host: string): boolean {
    return this.#options.only?.has(host) ?? true;
  }
}

/** The variables of a host that are shown, without those that Ansible makes itself. */
export function shownHostVariables(
  inventory: Inventory,
  host: Host,
  { whereSet, namesPlaybook }: ExportOptions,
): Variables {
  if (!whereSet) return withoutInternal(new HostVariables(inventory, host).all());
  const files = [...inventory.besideSources, ...(namesPlaybook ? [inventory.besidePlaybook] : [])];
  const layers = files.map(({ hosts }) => hosts.get(host.name)).filter((layer) => layer !== undefined);
  return withoutInternal(mergeVariables([host.variables, ...layers]));
}

/** The variables that are set on a group itself. */
export function shownGroupVariables(
  inventory: Inventory,
  group: Group,
  { namesPlaybook }: ExportOptions,
): Variables {
  const files = [...inventory.besideSources, ...(namesPlaybook ? [inventory.besidePlaybook] : [])];
  const layers = files.map(({ groups }) => groups.get(group.name)).filter((layer) => layer !== undefined);
  return withoutInternal(mergeVariables([group.variables, ...layers]));
}

/** An encrypted value, and one that is never a template, become maps that say so, as in what Ansible prints. */
function markedValue(node: ScalarNode): PythonValue {
  return node.tag === undefined ? node.value : new PythonMap([[MARKS[node.tag], node.text]]);
}

function withoutInternal(variables: Variables): Variables {
  return new Map([...variables].filter(([name]) => !INTERNAL.has(name)));
}

export const PRIORITY = 'ansible_group_priority';

const MARKS = { vault: '__ansible_vault', unsafe: '__ansible_unsafe' } as const;

/** INTERNAL_VARS of `ansible-inventory`. */
const INTERNAL: ReadonlySet<string> = new Set([
  ...[
    'ansible_diff_mode',
    'ansible_config_file',
    'ansible_facts',
    'ansible_forks',
    'ansible_inventory_sources',
  ],
  ...[
    'ansible_limit',
    'ansible_playbook_python',
    'ansible_run_tags',
    'ansible_skip_tags',
    'ansible_verbosity',
  ],
  ...['ansible_version', 'inventory_dir', 'inventory_file', 'inventory_hostname', 'inventory_hostname_short'],
  ...['groups', 'group_names', 'omit', 'playbook_dir'],
]);
