import { clusterSchema } from '../../config/schema/cluster-schema.ts';
import { inventorySchema } from '../../config/schema/inventory-schema.ts';
import { EXIT } from '../exit-codes.ts';
import type { CliIo } from '../io.ts';
import type { SchemaName } from '../options.ts';

/** `schema`: prints the JSON Schema of one kind of file, or says which there are. */
export function schema(io: CliIo, name: SchemaName | undefined): number {
  io.stdout.write(name === undefined ? LIST : `${JSON.stringify(SCHEMAS[name](), undefined, 2)}\n`);
  return EXIT.done;
}

const SCHEMAS = { inventory: inventorySchema, cluster: clusterSchema } as const;

const LIST = [
  'inventory  an inventory in YAML',
  'cluster    a document of cluster.yaml',
  '',
  'konvoy-ha schema inventory > inventory.schema.json, and then as the first line of inventory.yaml:',
  '# yaml-language-server: $schema=inventory.schema.json',
  '',
].join('\n');
