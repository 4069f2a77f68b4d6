import path from 'node:path';
import { defineConfig } from 'vite';
import { compileMessages } from './messages.ts';

const root = path.resolve(import.meta.dirname, '../renderer');
await compileMessages();

/** The page of a phone that is a camera, beside the console's. */
export default defineConfig({
  root,
  base: './',
  build: {
    target: 'chrome140',
    sourcemap: true,
    modulePreload: { polyfill: false },
    // Nothing inline: the content security policy allows files of our own only.
    assetsInlineLimit: 0,
    rolldownOptions: { input: path.join(root, 'publish.html') },
  },
});
