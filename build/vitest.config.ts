import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { SkipReporter } from '../tests/support/skip-reporter.ts';
import { compileMessages } from './messages.ts';

const root = path.resolve(import.meta.dirname, '..');
await compileMessages();

/**
 * Unit tests are quick and alone; integration uses real sockets and files; end-to-end a real Chromium and the build. Most of them
 * wait for cameras and clocks for most of their time, so that more run at once than there are processors.
 */
export default defineConfig({
  root,
  plugins: [svelte({ configFile: false })],
  // Svelte's browser build: its server build has no reactive state.
  resolve: { conditions: ['browser'] },
  test: {
    // Engines that tests start look for cameras nowhere, unless a test says so and keeps to loopback.
    env: { GATEHOUSE_DISCOVERY: 'none' },
    reporters: ['default', new SkipReporter()],
    hookTimeout: 60_000,
    maxWorkers: 4,
    // What becomes true by another message than the one that was waited for: on a busy machine it takes its time.
    expect: { poll: { timeout: 60_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts'],
          setupFiles: ['tests/support/leak-check.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          setupFiles: ['tests/support/leak-check.ts'],
          testTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'end-to-end',
          include: ['tests/end-to-end/**/*.test.ts'],
          setupFiles: ['tests/support/leak-check.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Each has a Chromium that decodes.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
