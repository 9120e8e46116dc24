import { orBlank, textSchema } from '../schema/json-schema.ts';
import { ANYTHING, keys, listOf, map, type FieldRule, type FieldTable } from './fields.ts';
import { KEEPALIVED_FIELDS } from './settings.ts';

const controlPlane = map({
  controlPlaneEndpointOverride: {
    kind: 'value',
    schema: {
      description: 'ADDRESS:PORT of the control plane; beats control_plane_endpoint of the inventory.',
      ...textSchema(':[0-9]{1,5}$'),
    },
  },
  certificate: keys('subjectAlternativeNames'),
  keepalived: map(
    KEEPALIVED_FIELDS,
    'A VIP that keepalived moves between the control-plane hosts. Without this key the endpoint is external.',
  ),
});

const subnet: FieldRule = {
  kind: 'value',
  schema: { description: 'ADDRESS/LENGTH; must not contain the VIP.', ...textSchema('/[0-9]{1,3}$') },
};

const kubernetes = map({
  version: ANYTHING,
  imageRepository: ANYTHING,
  controlPlane,
  networking: map({
    podSubnet: subnet,
    serviceSubnet: subnet,
    httpProxy: ANYTHING,
    httpsProxy: ANYTHING,
    noProxy: ANYTHING,
    iptables: keys('addDefaultRules'),
  }),
  cloudProvider: keys('provider'),
  admissionPlugins: keys('enabled', 'disabled'),
  preflightChecks: map({
    errorsToIgnore: {
      kind: 'value',
      schema: {
        description: 'Names of preflight checks, as a list, or separated by commas.',
        ...orBlank({ type: 'string' }, { type: 'array', items: { type: 'string' } }),
      },
    },
  }),
  apiserver: keys('targetRamMB'),
  kubelet: keys('cgroupRoot', 'kubeReserved'),
  etcd: keys('imageRepository', 'imageTag'),
  // Konvoy 1.0–1.4
  podSecurityPolicy: keys('enabled'),
});

const addons: FieldRule = {
  kind: 'one-or-list',
  item: map({
    configRepository: ANYTHING,
    configVersion: ANYTHING,
    addonRepository: keys('image'),
    addonsList: ANYTHING,
    // Konvoy 1.3, 0.0.x
    helmRepository: keys('image'),
    version: ANYTHING,
  }),
};

/** Everything that Konvoy 1.0–1.8 and konvoy-ha know in a ClusterConfiguration. */
export const CLUSTER_CONFIGURATION: FieldTable = {
  kind: ANYTHING,
  apiVersion: ANYTHING,
  metadata: ANYTHING,
  spec: map({
    kubernetes,
    autoProvisioning: keys('config', 'disabled'),
    containerNetworking: map({ calico: keys('version', 'encapsulation', 'mtu') }),
    containerRuntime: map({
      containerd: map({ version: ANYTHING, configData: keys('data', 'replace') }),
    }),
    imageRegistries: listOf(keys('server', 'username', 'password', 'auth', 'identityToken', 'default')),
    osPackages: keys('enableAdditionalRepositories'),
    // Konvoy 1.0–1.2
    packageRepository: keys('defaultRepositoryInstallationDisabled'),
    ntp: keys('autoConfigure'),
    nodePools: listOf(
      map({
        name: ANYTHING,
        labels: listOf(keys('key', 'value')),
        taints: listOf(keys('key', 'value', 'effect')),
        gpu: ANYTHING,
        operatingSystem: keys('assumeDistribution'),
      }),
    ),
    addons,
    version: ANYTHING,
    loggingOptions: keys(
      'persistentStorage',
      'logRotationSize',
      'logRetentionTime',
      'logKeepFreePercentage',
      'logMaxUsageSize',
    ),
  }),
};
