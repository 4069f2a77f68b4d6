import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const root = path.resolve(import.meta.dirname, '..');

/** The console's page: relative addresses, since it is served over http:// and over app://. */
export default defineConfig({
  root: path.join(root, 'renderer'),
  base: './',
  plugins: [svelte({ configFile: false })],
  build: {
    target: 'chrome140',
    sourcemap: true,
    modulePreload: { polyfill: false },
    // Nothing inline: the content security policy allows files of our own only.
    assetsInlineLimit: 0,
  },
});
