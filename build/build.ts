import { build } from 'vite';

/*
 * Builds the targets named on the command line: main, preload, renderer. Runs on the pinned Node; `bootstrap.mjs` decides
 * what is stale.
 */
for (const target of process.argv.slice(2)) {
  const startedAt = performance.now();
  await build({ configFile: `${import.meta.dirname}/vite.${target}.config.ts`, logLevel: 'warn' });
  process.stderr.write(`built ${target} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
}
