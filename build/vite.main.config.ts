import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vite';

const root = path.resolve(import.meta.dirname, '..');
const entries = {
  desktop: 'main/desktop.ts',
  headless: 'main/headless.ts',
  'engine-process': 'main/engine/engine-process.ts',
  'password-worker': 'main/access/password-worker.ts',
  fleet: 'main/demo/fleet.ts',
  replay: 'main/demo/replay.ts',
};
/** The public key of whoever publishes updates; tests name one of their own. */
const updateKeyFile = process.env.GATEHOUSE_UPDATE_KEY_FILE ?? path.join(root, 'build/update-key.pub');
const updateKey = existsSync(updateKeyFile) ? readFileSync(updateKeyFile, 'utf8') : null;

/** Everything that runs in Node: ES modules with the packages they use, so that an app's package holds no tree of them. */
export default defineConfig({
  root,
  define: { GATEHOUSE_UPDATE_KEY: JSON.stringify(updateKey) },
  ssr: { noExternal: true },
  build: {
    ssr: true,
    // The oldest Node that may run it, where there is no pinned one.
    target: 'node22',
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, path.join(root, file)])),
      // SQLite's is native: it finds its binary beside itself.
      external: [/^electron$/, 'better-sqlite3'],
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
