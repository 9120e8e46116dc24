import type { Inventory } from '../ansible/inventory.ts';

/**
 * Konvoy has written `version: v1beta1` into every inventory since 1.1.0. Another version of the format may mean something
 * else by the same words. A `version` that is none of Konvoy's (`1.28`, `stable`) is somebody's own variable.
 */
export function refuseOtherVersion(inventory: Inventory): void {
  const cursor = inventory.groups.get('all')?.variables.get('version')?.value;
  const node = cursor?.node;
  if (cursor === undefined || node?.kind !== 'scalar') return;
  if (!/^v[0-9]+(alpha|beta)[0-9]+$/.test(node.text) || node.text === VERSION) return;
  cursor.fail(
    `${JSON.stringify(node.text)} is not a version of Konvoy's inventory that we know`,
    `known: ${VERSION}`,
  );
}

const VERSION = 'v1beta1';
