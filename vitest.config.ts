import { defineConfig } from 'vitest/config';

/** Failures injected into running applies: minutes of waiting each, run by `npm run test:failures`. */
const FAILURES = ['test/e2e/failures*.test.ts'];

/** An apply that is hit at every boundary between its steps: an hour by `npm run test:crash`, a share of it otherwise. */
const CRASHES = ['test/e2e/crash-matrix.test.ts'];

/** What CI leaves out today (scripts/e2e-share.mjs), paths with blanks between them; nothing anywhere else. */
const ANOTHER_DAY = (process.env['KONVOY_HA_LEFT_OUT'] ?? '').split(' ').filter((path) => path !== '');

const E2E = {
  globalSetup: ['test/e2e/global-setup.ts'],
  fileParallelism: false,
  testTimeout: 180_000,
  hookTimeout: 600_000,
};

export default defineConfig({
  test: {
    // No file's tests may lean on another's: vitest isolates files; order inside a file is theirs.
    projects: [
      {
        test: {
          name: 'unit',
          maxWorkers: '100%',
          // A test that hangs has to end; how long one takes is for benches to say.
          testTimeout: 30_000,
          include: ['test/unit/**/*.test.ts'],
          sequence: { shuffle: { files: true } },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 30_000,
          // After the unit tests, where both are run: they have another number of workers.
          sequence: { groupOrder: 1, shuffle: { files: true } },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: [...FAILURES, ...ANOTHER_DAY],
          env: { KONVOY_HA_CRASH_SHARE: 'day' },
          ...E2E,
        },
      },
      { test: { name: 'failures', include: FAILURES, ...E2E } },
      { test: { name: 'crash', include: CRASHES, ...E2E } },
    ],
  },
});
