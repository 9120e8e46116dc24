import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULTS } from '../support/crash/faults.ts';
import { CrashCluster, crashCases, type CrashCase, type CrashResult } from '../support/crash/matrix.ts';

// Another virtual router and another check script: every step that an apply has, but for the installation of a package.
const WISHES = [
  { vrid: 61, healthCheck: { path: '/readyz' } },
  { vrid: 62, healthCheck: { path: '/livez' } },
];

describe('an apply that is hit at any boundary between its steps', { timeout: 3 * 3_600_000 }, () => {
  let cluster: CrashCluster;

  beforeAll(async () => {
    cluster = await CrashCluster.up(WISHES);
  });
  afterAll(async () => cluster[Symbol.asyncDispose]());

  it('leaves every host as before or as wanted, and the next apply makes them the same', async () => {
    await cluster.turn();
    const all = await crashCases(cluster.cluster);
    const cases = SHARE === 'whole' ? all.filter(isAskedFor) : shareOfToday(all);
    process.stdout.write(`${all.length} cases; ${cases.length} of them are played\n`);
    expect(cases.length).toBeGreaterThan(0);
    const results: CrashResult[] = [];
    for (const crash of cases) {
      const result = await cluster.play(crash);
      results.push(result);
      say(result);
    }
    await cluster.finish();
    const bad = results.filter(({ faults }) => faults.length > 0);
    process.stdout.write(
      `${results.length} cases, ${results.length - bad.length} hold, ${bad.length} do not\n`,
    );
    expect(bad).toEqual([]);
  });
});

/** `day`: one fault at every fourth boundary, others every day; in sixteen days all of them. */
const SHARE = process.env['KONVOY_HA_CRASH_SHARE'] ?? 'whole';

/** Cases stand in the order of their boundaries, with all faults of one together. */
function shareOfToday(cases: readonly CrashCase[]): readonly CrashCase[] {
  const day = Math.floor(Date.now() / 86_400_000);
  const count = FAULTS.length;
  return cases.filter((_, index) => {
    const boundary = Math.floor(index / count);
    return (boundary + day) % 4 === 0 && index % count === ((boundary >> 2) + (day >> 2)) % count;
  });
}

function say({ title, fault, ended, longestNoneMs, longestSeveralMs, faults }: CrashResult): void {
  const owners = `two owners ${longestSeveralMs.toFixed(0)} ms, none ${longestNoneMs.toFixed(0)} ms`;
  const head = `${faults.length === 0 ? 'ok' : 'NOT OK'} ${title} | ${fault} | ${ended} | ${owners}`;
  process.stdout.write(`${[head, ...faults].join('\n  ')}\n`);
}

/** `KONVOY_HA_CRASH='activating.*power'` plays the cases whose title and fault match only. */
function isAskedFor({ title, fault }: CrashCase): boolean {
  const pattern = process.env['KONVOY_HA_CRASH'];
  return pattern === undefined || new RegExp(pattern).test(`${title} ${fault.title}`);
}
