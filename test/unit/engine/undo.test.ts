import { describe, expect, test } from 'vitest';
import { refuseOvertaken } from '../../../src/engine/undo.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { applied, appliedCluster } from '../../support/cluster.ts';
import { worldOf } from '../../support/world.ts';

const [BEFORE] = appliedCluster(1);
const [AFTER] = applied(appliedCluster(1), 2);
if (BEFORE === undefined || AFTER === undefined) throw new Error('no host');

/** A host with a second generation that this run has left. */
function leftBy(runId: string): HostSnapshot {
  const heads = AFTER?.recorded.heads.map((head) => (head.number === 2 ? { ...head, runId } : head)) ?? [];
  return { ...(AFTER as HostSnapshot), recorded: { heads, damaged: [], foreignClusters: [] } };
}

describe('a run that comes back to a host it had lost', () => {
  test.each([
    ['nobody was there meanwhile', BEFORE],
    ['only itself has recorded a generation', leftBy('run-7')],
  ])('may undo when %s', (_, now) => {
    expect(() => refuseOvertaken(worldOf([BEFORE]), BEFORE, now)).not.toThrow();
  });

  test('leaves what another run has left since', () => {
    expect(() => refuseOvertaken(worldOf([BEFORE]), BEFORE, leftBy('run-8'))).toThrow(
      'lb1 is as another run has left it since: generation 2, apply by ada@laptop',
    );
  });
});
