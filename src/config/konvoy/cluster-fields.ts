import type { Cursor } from '../text/cursor.ts';

/** The keys that may stand in a map: each leads to more of them, or to values that are not our business. */
export interface FieldTable {
  readonly [key: string]: FieldTable | 'anything';
}

/** Complains about every key that a table does not have, as deep as the table goes. */
export function refuseUnknownFields(cursor: Cursor, table: FieldTable): void {
  cursor.refuseUnknownKeys(Object.keys(table));
  for (const { key, value } of cursor.fields()) {
    const below = Object.hasOwn(table, key) ? table[key] : undefined;
    if (below !== undefined && below !== 'anything') refuseUnknownFields(value, below);
  }
}

/** Everything that Konvoy 1.0–1.8 and konvoy-ha know in a ClusterConfiguration; `keepalived` is checked by its reader. */
export const CLUSTER_CONFIGURATION: FieldTable = {
  kind: 'anything',
  apiVersion: 'anything',
  metadata: 'anything',
  spec: {
    kubernetes: {
      version: 'anything',
      imageRepository: 'anything',
      controlPlane: {
        controlPlaneEndpointOverride: 'anything',
        certificate: { subjectAlternativeNames: 'anything' },
        keepalived: 'anything',
      },
      networking: {
        podSubnet: 'anything',
        serviceSubnet: 'anything',
        httpProxy: 'anything',
        httpsProxy: 'anything',
        noProxy: 'anything',
        iptables: 'anything',
      },
      cloudProvider: { provider: 'anything' },
      admissionPlugins: 'anything',
      preflightChecks: { errorsToIgnore: 'anything' },
      apiserver: 'anything',
      kubelet: 'anything',
      etcd: 'anything',
    },
    autoProvisioning: 'anything',
    containerNetworking: 'anything',
    containerRuntime: 'anything',
    imageRegistries: 'anything',
    osPackages: 'anything',
    packageRepository: 'anything',
    ntp: 'anything',
    nodePools: 'anything',
    addons: 'anything',
    version: 'anything',
    loggingOptions: 'anything',
  },
};

/** The same for a ClusterProvisioner; what the providers know below their own key is left to Konvoy. */
export const CLUSTER_PROVISIONER: FieldTable = {
  kind: 'anything',
  apiVersion: 'anything',
  metadata: 'anything',
  spec: {
    provider: 'anything',
    aws: 'anything',
    azure: 'anything',
    gcp: 'anything',
    docker: 'anything',
    vsphere: 'anything',
    none: 'anything',
    nodePools: 'anything',
    sshCredentials: 'anything',
    version: 'anything',
    // Konvoy 0.0.x
    providerOptions: 'anything',
    adminCIDRBlocks: 'anything',
  },
};
