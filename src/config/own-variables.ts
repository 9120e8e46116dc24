import { PASSWORD_HINT, PASSWORD_REFUSED } from '../domain/vrrp.ts';
import { definitionsIn, type Inventory } from './ansible/inventory.ts';
import type { Problems } from './text/problems.ts';
import { SETTINGS } from './konvoy/settings.ts';
import { didYouMean } from './text/suggest.ts';

/** Every variable with our prefixes that we know. */
export const OWN_VARIABLES: readonly string[] = [
  ...Object.values(SETTINGS).map(({ variable }) => variable),
  'keepalived_priority',
  'konvoy_ha_cluster',
  'konvoy_ha_ssh_client',
];

/** Complains about variables with our prefixes that we do not know: a slip there would silently leave a default in force. */
export function refuseUnknownVariables(inventory: Inventory, problems: Problems): void {
  for (const { key, keyPlace } of definitionsIn(inventory)) {
    const prefix = PREFIXES.find((candidate) => key.startsWith(candidate));
    if (prefix === undefined || OWN_VARIABLES.includes(key)) continue;
    if (PASSWORD.test(key)) {
      problems.error(`${key}: ${PASSWORD_REFUSED}`, keyPlace, PASSWORD_HINT);
      continue;
    }
    const meant = didYouMean(key, OWN_VARIABLES);
    const known = OWN_VARIABLES.filter((name) => name.startsWith(prefix));
    const hints = meant.length > 0 ? meant : [`variables with this prefix: ${known.join(', ')}`];
    problems.error(`unknown variable ${JSON.stringify(key)}`, keyPlace, ...hints);
  }
}

const PASSWORD = /^keepalived_(?:auth|pass)/;

/** What begins like this is ours. */
export const PREFIXES: readonly string[] = ['keepalived_', 'konvoy_ha_'];
