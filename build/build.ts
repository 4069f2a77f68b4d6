import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'vite';
import { fingerprint, removeStamp, writeStamp } from './stale.mjs';

/*
 * Builds the targets named on the command line: main, preload, renderer. Runs on the pinned Node; `bootstrap.mjs` decides
 * what is stale. A build that fails leaves the one before as it was.
 */
const root = path.resolve(import.meta.dirname, '..');

async function buildTarget(target: string): Promise<void> {
  const startedAt = performance.now();
  const built = path.join(root, 'dist', target);
  const next = `${built}.next`;
  // From before the build: a file that changes meanwhile makes the target stale again.
  const print = fingerprint(root, target);
  try {
    // Each page by itself: what two share would be files of its own, each a request more before a window's first picture.
    const configurations = target === 'renderer' ? ['renderer', 'publish'] : [target];
    for (const [index, name] of configurations.entries()) {
      await build({
        configFile: path.join(import.meta.dirname, `vite.${name}.config.ts`),
        logLevel: 'warn',
        build: { outDir: next, emptyOutDir: index === 0 },
      });
    }
    removeStamp(root, target);
    await rm(built, { recursive: true, force: true });
    await rename(next, built);
    writeStamp(root, target, print);
  } finally {
    await rm(next, { recursive: true, force: true });
  }
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stderr.write(`gatehouse: built ${target} in ${seconds} s\n`);
}

for (const target of process.argv.slice(2)) {
  try {
    await buildTarget(target);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
