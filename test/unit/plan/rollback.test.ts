import { describe, expect, test } from 'vitest';
import type { Recorded } from '../../../src/domain/generation.ts';
import { disagreement, exceptions, generationAt, rollbackTarget } from '../../../src/plan/rollback.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { appliedCluster } from '../../support/cluster.ts';

const [SAMPLE] = appliedCluster(1);
const HEAD = SAMPLE?.recorded.heads[0];
if (HEAD === undefined) throw new Error('no head');

function recorded(whole: readonly number[], damaged: readonly number[] = []): Recorded {
  return {
    heads: whole.map((number) => ({ ...HEAD, number })) as Recorded['heads'],
    damaged: damaged.map((number) => ({ number, files: [`/store/${number}/head.json`] })),
    foreignClusters: [],
  };
}

/** lb1, lb2, … with these generations. */
function hosts(...generations: readonly Recorded[]): readonly HostSnapshot[] {
  const cluster = appliedCluster(generations.length);
  return cluster.map((snapshot, index) => ({ ...snapshot, recorded: generations[index] ?? recorded([]) }));
}

describe('a rollback', () => {
  test.each<readonly [string, readonly HostSnapshot[], number | undefined, unknown]>([
    ['goes to the one before the newest', hosts(recorded([1, 2]), recorded([1, 2])), undefined, 1],
    ['goes before us from the first', hosts(recorded([1]), recorded([1])), undefined, 0],
    ['goes where it is told', hosts(recorded([1, 2, 3]), recorded([1, 2, 3])), 1, 1],
    ['goes where it is told, also where hosts disagree', hosts(recorded([1, 2]), recorded([1])), 1, 1],
    ['counts a newest one that is damaged', hosts(recorded([1, 2], [3]), recorded([1, 2, 3])), undefined, 2],
    [
      'does not mind that an older run was on a part of the hosts',
      hosts(recorded([1, 3]), recorded([1, 2, 3])),
      undefined,
      2,
    ],
  ])('%s', (_, snapshots, to, expected) => {
    expect(rollbackTarget(snapshots, to)).toEqual({ ok: true, value: expected });
  });

  test('does not mix: where the hosts disagree about the newest, it is told which', () => {
    const snapshots = hosts(recorded([1, 2]), recorded([1]), recorded([1, 2]), recorded([]));
    const words = '2 on lb1, lb3; 1 on lb2; none on lb4';
    expect(disagreement(snapshots)).toBe(words);
    expect(rollbackTarget(snapshots, undefined)).toEqual({
      ok: false,
      error: { reason: 'disagreement', words },
    });
  });

  test('goes nowhere where nothing was recorded', () => {
    expect(rollbackTarget(hosts(recorded([])), 1)).toEqual({
      ok: false,
      error: { reason: 'nothing-recorded' },
    });
  });
});

describe('what a host was at generation 3', () => {
  test.each<readonly [string, Recorded, unknown]>([
    ['is that generation', recorded([1, 3, 4]), { state: 'whole', number: 3 }],
    ['is an older one on a host that run 3 passed by', recorded([1, 2, 4]), { state: 'whole', number: 2 }],
    ['is not known where all are newer', recorded([4]), { state: 'unknown' }],
    [
      'cannot be had where it is damaged, and the one before is none',
      recorded([1, 2, 4], [3]),
      { state: 'damaged', generation: { number: 3, files: ['/store/3/head.json'] } },
    ],
  ])('%s', (_, generations, expected) => {
    expect(generationAt(generations, 3)).toEqual(expected);
  });

  test('is named where it is an older one', () => {
    expect(exceptions(hosts(recorded([1, 3]), recorded([1, 2])), 3)).toBe(' (lb2 to 2: not part of run 3)');
    expect(exceptions(hosts(recorded([1, 3])), 3)).toBe('');
  });
});
