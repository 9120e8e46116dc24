import { afterAll, beforeAll } from 'vitest';
import { LabCluster } from './lab-cluster.ts';

/** Boots a lab before the tests of a file (or of a `describe`) and takes it down after them, however they ended. */
export function clusterOfFile(options: Parameters<typeof LabCluster.up>[0] = {}): () => LabCluster {
  let cluster: LabCluster | undefined;
  beforeAll(async () => {
    cluster = await LabCluster.up(options);
  });
  afterAll(async () => cluster?.[Symbol.asyncDispose]());
  return () => {
    if (cluster === undefined) throw new Error('the lab is not up');
    return cluster;
  };
}
