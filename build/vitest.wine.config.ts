import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** Apart from `build/vitest.config.ts`: `npm test` never runs these. One file after the other, in Wine's one Windows. */
export default defineConfig({
  root: path.resolve(import.meta.dirname, '..'),
  test: {
    env: { GATEHOUSE_DISCOVERY: 'none' },
    include: ['tests/wine/**/*.test.ts'],
    setupFiles: ['tests/support/leak-check.ts'],
    hookTimeout: 60_000,
    testTimeout: 120_000,
    fileParallelism: false,
  },
});
