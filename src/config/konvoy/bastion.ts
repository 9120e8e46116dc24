import { hostsOf, type Host, type HostVariables, type Inventory } from '../ansible/inventory.ts';
import type { Cursor, Field } from '../text/cursor.ts';

/**
 * The host to go through to a host with these variables. Konvoy picks one of several bastions at random for each
 * connection; the first one always is easier to reason about.
 */
export function bastionOf(inventory: Inventory, variables: HostVariables | undefined): Host | undefined {
  const [host] = hostsOf(inventory, 'bastion');
  return host ?? (variables && bastionBefore11(variables));
}

/** Before Konvoy 1.1.0 the bastion stood in variables; what they say is what the group's would say. */
function bastionBefore11(all: HostVariables): Host | undefined {
  const hosts = all.first('bastion_hosts');
  if (hosts === undefined) return undefined;
  const [first] = hosts.node.kind === 'scalar' ? [hosts] : hosts.items();
  const name = first?.text();
  if (first === undefined || name === undefined) return undefined;
  const renamed = [
    field('ansible_host', first),
    field('ansible_user', all.first('bastion_user')),
    field('ansible_port', all.first('bastion_port')),
  ].flatMap((variable) => variable ?? []);
  const variables = new Map(renamed.map((variable) => [variable.key, variable]));
  return { name, place: first.place, variables, groups: [] };
}

function field(key: string, value: Cursor | undefined): Field | undefined {
  return value === undefined ? undefined : { key, keyPlace: value.place, value };
}
