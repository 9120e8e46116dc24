import { API_VERSIONS, KINDS } from '../konvoy/cluster.ts';
import { CLUSTER_CONFIGURATION } from '../konvoy/cluster-fields.ts';
import { objectSchema } from '../konvoy/fields.ts';
import { CLUSTER_PROVISIONER } from '../konvoy/provisioner-fields.ts';
import { DRAFT, type JsonSchema } from './json-schema.ts';

/** One document of Konvoy's cluster.yaml. */
export function clusterSchema(): JsonSchema {
  return {
    $schema: DRAFT,
    title: 'Konvoy cluster.yaml',
    description: 'A ClusterConfiguration or a ClusterProvisioner of Konvoy, with the settings of konvoy-ha.',
    type: 'object',
    required: ['kind', 'apiVersion'],
    properties: { kind: { enum: [...KINDS.keys()] }, apiVersion: { enum: API_VERSIONS } },
    if: { properties: { kind: { const: 'ClusterProvisioner' } } },
    then: objectSchema(CLUSTER_PROVISIONER),
    else: objectSchema(CLUSTER_CONFIGURATION),
  };
}
