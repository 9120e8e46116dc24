import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // No file's tests may lean on another's: vitest isolates files; order inside a file is theirs.
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], sequence: { shuffle: { files: true } } } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 30_000,
          sequence: { shuffle: { files: true } },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
