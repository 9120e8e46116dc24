import { afterEach } from 'vitest';
import type { LabCluster } from './lab-cluster.ts';

/** What a test does to one host of a lab as root, with what puts it right again after the test, however it ended. */
export interface HostMender {
  readonly sh: (script: string) => Promise<string>;
  /** `mend` is noted first: what half succeeds has to be put right as well. */
  readonly arrange: (make: string, mend: string) => Promise<void>;
  /** Puts everything right now. */
  readonly mend: () => Promise<void>;
}

/** For the tests of one `describe`. */
export function hostMender(cluster: () => LabCluster, name = 'cp1'): HostMender {
  const mends: string[] = [];
  const sh = async (script: string): Promise<string> => cluster().script(cluster().host(name), script);
  const mend = async (): Promise<void> => {
    for (const script of mends.splice(0).toReversed()) await sh(script);
  };
  afterEach(mend);
  return {
    sh,
    mend,
    async arrange(make, undo) {
      mends.push(undo);
      await sh(make);
    },
  };
}
