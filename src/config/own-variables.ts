import type { Inventory } from './ansible/inventory.ts';
import type { Problems } from './text/problems.ts';
import { didYouMean } from './text/suggest.ts';

/** Complains about variables with our prefixes that we do not know: a slip there would silently leave a default in force. */
export function refuseUnknownVariables(inventory: Inventory, problems: Problems): void {
  for (const { variables } of [...inventory.groups.values(), ...inventory.hosts.values()]) {
    for (const { key, keyPlace } of variables.values()) {
      if (!/^(keepalived|konvoy_ha)_/.test(key) || KNOWN.includes(key)) continue;
      const meant = didYouMean(key, KNOWN);
      const hints = meant.length > 0 ? meant : [`variables with this prefix: ${KNOWN.join(', ')}`];
      problems.error(`unknown variable ${JSON.stringify(key)}`, keyPlace, ...hints);
    }
  }
}

const KNOWN = ['keepalived_interface', 'keepalived_priority', 'konvoy_ha_cluster', 'konvoy_ha_ssh_client'];
