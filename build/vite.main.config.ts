import path from 'node:path';
import { defineConfig } from 'vite';

const root = path.resolve(import.meta.dirname, '..');
const entries = {
  desktop: 'main/desktop.ts',
  headless: 'main/headless.ts',
  'engine-process': 'main/engine/engine-process.ts',
  fleet: 'main/demo/fleet.ts',
};

/** Everything that runs in Node: ES modules; packages stay in node_modules. */
export default defineConfig({
  root,
  build: {
    ssr: true,
    // The oldest Node that may run it, where there is no pinned one.
    target: 'node22',
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, path.join(root, file)])),
      external: [/^electron/],
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
