import type { Cursor, Field } from '../text/cursor.ts';
import { itemsOf } from '../text/items.ts';
import { hostsOf, type Host, type Inventory, type Variables } from '../ansible/inventory.ts';

/** Konvoy picks one of several bastions at random for each connection; the first one always is easier to reason about. */
export function bastionOf(inventory: Inventory): Host | undefined {
  const [host] = hostsOf(inventory, 'bastion');
  return host ?? bastionBefore11(inventory);
}

/** Before Konvoy 1.1.0 the bastion stood in variables of `all`; what they say is what the group's would say. */
function bastionBefore11(inventory: Inventory): Host | undefined {
  const all: Variables = inventory.groups.get('all')?.variables ?? new Map<string, Field>();
  const hosts = all.get('bastion_hosts')?.value;
  if (hosts === undefined || hosts.isBlank) return undefined;
  const [first] = hosts.node.kind === 'scalar' ? [hosts] : itemsOf(hosts);
  const name = first?.text();
  if (first === undefined || name === undefined) return undefined;
  const renamed = [
    field('ansible_host', first),
    field('ansible_user', all.get('bastion_user')?.value),
    field('ansible_port', all.get('bastion_port')?.value),
  ].flatMap((variable) => variable ?? []);
  const variables = new Map(renamed.map((variable) => [variable.key, variable]));
  return { name, place: first.place, variables, groups: [] };
}

function field(key: string, value: Cursor | undefined): Field | undefined {
  return value === undefined || value.isBlank ? undefined : { key, keyPlace: value.place, value };
}
