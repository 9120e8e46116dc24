import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DrillRecord, DrillRequest, DrillSight } from '../../../src/domain/drill.ts';
import { measureDrill, spreadOf, summaryOf } from '../../../src/plan/drill.ts';
import { hostName } from '../../support/branded.ts';

const [CP1, CP2] = [hostName('cp1'), hostName('cp2')];

/** A request every 10 ms up to 5 s; those that were begun within these times were lost. */
function requests(...lost: readonly (readonly [from: number, to: number])[]): readonly DrillRequest[] {
  return Array.from({ length: 500 }, (_, at) => ({
    atMs: at * 10,
    answered: !lost.some(([from, to]) => at * 10 >= from && at * 10 < to),
  }));
}

const HAD: DrillSight = { atMs: 5, host: CP1, holdsVip: true };

/** cp1 has the VIP, fails after 1 s and is well again after 3 s. */
function record(rest: Partial<DrillRecord> = {}): DrillRecord {
  return {
    fault: 'stop',
    host: CP1,
    wasActive: true,
    faultAtMs: 1000,
    restoredAtMs: 3000,
    endedAtMs: 5000,
    requests: requests(),
    sights: [HAD],
    owner: CP1,
    ...rest,
  };
}

describe('a drill', () => {
  test.each<readonly [string, DrillRecord, object]>([
    ['that nobody noticed', record(), { requests: 500, lost: 0, outageMs: 0, cameBack: true }],
    [
      'with a takeover',
      record({
        requests: requests([1010, 1500]),
        sights: [HAD, { atMs: 1020, host: CP1, holdsVip: false }, { atMs: 1400, host: CP2, holdsVip: true }],
      }),
      { lost: 49, outageMs: 490, takeoverMs: 400, takenBy: 'cp2', lostAfterwards: 0 },
    ],
    [
      'with the longest of two outages, one of them after the fault',
      record({ requests: requests([1010, 1100], [3100, 3400]) }),
      { lost: 39, outageMs: 300, lostAfterwards: 30 },
    ],
    ['that the VIP did not outlive', record({ requests: requests([1010, 5000]) }), { outageMs: 3980 }],
    ['after which the VIP is elsewhere', record({ owner: CP2 }), { cameBack: false }],
    [
      'on a backup, whatever moves meanwhile',
      record({ host: CP2, wasActive: false, sights: [HAD, { atMs: 1400, host: CP1, holdsVip: true }] }),
      { wasActive: false, cameBack: true },
    ],
  ])('%s is measured', (_, seen, expected) => {
    expect(measureDrill(seen)).toMatchObject(expected);
  });

  test('on a backup has no takeover', () => {
    expect(measureDrill(record({ host: CP2, wasActive: false }))).not.toHaveProperty('takeoverMs');
  });

  test('is measured alike in whatever order the requests ended', () => {
    const seen = record({ requests: requests([1010, 1500], [3000, 3200]) });
    fc.assert(
      fc.property(fc.shuffledSubarray([...seen.requests], { minLength: 500 }), (shuffled) => {
        expect(measureDrill({ ...seen, requests: shuffled })).toEqual(measureDrill(seen));
      }),
    );
  });
});

describe('the spread', () => {
  test.each<readonly [readonly number[], object]>([
    [[7], { min: 7, median: 7, p99: 7 }],
    [[3, 1, 2], { min: 1, median: 2, p99: 3 }],
    [[4, 1, 3, 2], { min: 1, median: 2, p99: 4 }],
    [Array.from({ length: 200 }, (_, at) => at + 1), { min: 1, median: 100, p99: 198 }],
  ])('of %j is of values that were measured', (values, expected) => {
    expect(spreadOf(values)).toEqual(expected);
  });

  test('of takeovers is that of the drills that had one', () => {
    const taken = { atMs: 1400, host: CP2, holdsVip: true };
    const results = [record(), record({ sights: [HAD, taken] })].map(measureDrill);
    expect(summaryOf(results)).toMatchObject({
      rounds: 2,
      takeoverMs: { min: 400, median: 400, p99: 400 },
    });
    expect(summaryOf(results.slice(0, 1))).not.toHaveProperty('takeoverMs');
  });
});
