import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** The fault suite: not a project of the other tests, because each case needs the machine for itself. */
export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  test: {
    name: 'faults',
    env: { GSMN_TENSORFLOW: '/nowhere' },
    globalSetup: 'test/faults/harness/setup.ts',
    include: ['test/faults/*.test.ts'],
    fileParallelism: false,
    // Only what hangs runs into these: cases judge by ratios, and a busy machine takes several times as long.
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});
