import path from 'node:path';
import { defineConfig } from 'vite';

const root = path.resolve(import.meta.dirname, '..');

/** One CommonJS file: a sandboxed preload script can load nothing else. */
export default defineConfig({
  root,
  build: {
    ssr: true,
    target: 'chrome140',
    minify: false,
    rolldownOptions: {
      input: path.join(root, 'preload/preload.ts'),
      external: ['electron'],
      output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
    },
  },
});
