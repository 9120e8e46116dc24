// The end-to-end tests take longer than CI has. These files are played every third day, a third each; all others always.
// `npm run test:e2e` plays all of them.
const THIRDS = [
  ['drain', 'drill', 'package-version', 'strangers', 'families'],
  ['surroundings', 'adoption', 'templates', 'haproxy-suites', 'accepted'],
  ['calibration', 'rehearsal', 'firewall', 'changes'],
];

/** The files that are left out on a day (of UTC). */
export function leftOut(date) {
  const day = Math.floor(date.getTime() / 86_400_000);
  return THIRDS.filter((_, place) => place !== day % 3)
    .flat()
    .map((name) => `test/e2e/${name}.test.ts`);
}
