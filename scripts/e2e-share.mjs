// The end-to-end tests take longer than CI has. These files are played every other day, a half each; all others always.
// `npm run test:e2e` plays all of them.
const HALVES = [
  ['calibration', 'rehearsal', 'firewall', 'changes', 'families', 'haproxy-suites', 'accepted'],
  ['drain', 'drill', 'package-version', 'strangers', 'surroundings', 'adoption', 'templates'],
];

/** The files that are left out on a day (of UTC). */
export function leftOut(date) {
  const day = Math.floor(date.getTime() / 86_400_000);
  return (HALVES[day % 2] ?? []).map((name) => `test/e2e/${name}.test.ts`);
}
