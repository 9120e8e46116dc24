import { integerSchema, textSchema, truthSchema, wordSchema } from '../schema/json-schema.ts';
import { ANYTHING, keys, listOf, map, type FieldRule, type FieldTable } from './fields.ts';

/** The clouds whose load balancer can be the endpoint. */
export const CLOUDS = ['aws', 'azure', 'gcp'] as const;

/** What a ClusterProvisioner may be for besides: machines on which keepalived can run. */
export const OWN_MACHINES: readonly string[] = ['none', 'docker', 'vsphere'];

const internal: FieldRule = {
  kind: 'value',
  schema: {
    description: 'Reachable only from within the private network.',
    default: false,
    ...truthSchema(),
  },
};
const apiServerPort: FieldRule = {
  kind: 'value',
  schema: { description: 'The port that clients connect to.', default: 6443, ...integerSchema(1, 65535) },
};

const aws = map({
  region: { kind: 'value', schema: { default: 'us-west-2', ...textSchema('^[a-z0-9-]+$') } },
  vpc: keys(
    'ID',
    'cidr',
    'routeTableID',
    'overrideDefaultRouteTable',
    'internetGatewayID',
    'enableInternetGateway',
    'enableVPCEndpoints',
    'ec2SecurityGroupIDs',
    'elbSecurityGroupIDs',
    // Konvoy 1.0–1.2
    'internetGatewayDisabled',
    'vpcEndpointsDisabled',
  ),
  availabilityZones: ANYTHING,
  elb: map(
    { internal, subnetIDs: ANYTHING, apiServerPort, securityGroupIDs: ANYTHING },
    'The load balancer of the API servers.',
  ),
  tags: ANYTHING,
  skipMetadataAPICheck: ANYTHING,
  // Konvoy 1.0–1.2
  iam: ANYTHING,
  adminCIDRBlocks: ANYTHING,
});

const azure = map({
  location: ANYTHING,
  vnet: keys('name', 'cidr', 'resourceGroup', 'routeTable'),
  availabilitySet: keys('faultDomainCount', 'updateDomainCount'),
  loadbalancer: map({ internal, apiServerPort }, 'The load balancer of the API servers.'),
  tags: ANYTHING,
});

const gcp = map({
  region: ANYTHING,
  network: keys('selfLink', 'routerSelfLink', 'natSelfLink', 'createInternetGatewayRoute'),
  zones: ANYTHING,
  forwardingRule: map({ internal }, 'The load balancer of the API servers, on port 6443.'),
  tags: ANYTHING,
  labels: ANYTHING,
});

const machine = map({
  ...fieldsOf('imageID', 'imageName', 'rootVolumeSize', 'rootVolumeType', 'rootVolumeIOPS', 'type'),
  ...fieldsOf('imagefsVolumeEnabled', 'imagefsVolumeSize', 'imagefsVolumeType', 'imagefsVolumeDevice'),
  aws: keys('kmsKeyID', 'iam', 'subnetIDs', 'associatePublicIPAddress', 'spotBlockOpts', 'securityGroupIDs'),
  azure: keys('subnetIDs'),
  gcp: keys('iam', 'subnetIDs', 'associatePublicIPAddress'),
  vsphere: ANYTHING,
});

/** Everything that Konvoy 1.0–1.8 knows in a ClusterProvisioner. */
export const CLUSTER_PROVISIONER: FieldTable = {
  kind: ANYTHING,
  apiVersion: ANYTHING,
  metadata: ANYTHING,
  spec: map({
    provider: {
      kind: 'value',
      schema: {
        description: 'Whose machines they are; without it, the section that is there tells.',
        ...wordSchema([...CLOUDS, ...OWN_MACHINES]),
      },
    },
    aws,
    azure,
    gcp,
    docker: keys(
      'disablePortMapping',
      'controlPlaneMappedPortBase',
      'sshControlPlaneMappedPortBase',
      'sshWorkerMappedPortBase',
      'dedicatedNetwork',
    ),
    vsphere: keys('server', 'port', 'datacenters', 'username', 'password'),
    none: ANYTHING,
    nodePools: listOf(
      map({
        ...fieldsOf('name', 'indexType', 'controlPlane', 'bastion', 'count'),
        machine,
        autoscaling: keys('minSize', 'maxSize'),
      }),
    ),
    sshCredentials: keys('user', 'publicKeyFile', 'privateKeyFile'),
    version: ANYTHING,
    // Konvoy 0.0.x
    providerOptions: ANYTHING,
    adminCIDRBlocks: ANYTHING,
  }),
};

function fieldsOf(...names: readonly string[]): FieldTable {
  return Object.fromEntries(names.map((name) => [name, ANYTHING]));
}
