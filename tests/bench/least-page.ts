import { cp } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'vite';

/**
 * Puts the least page that can show pictures of this engine beside the console's: its connection and its peer connection are the
 * console's own (`renderer/link`, `renderer/playback/viewer-connection.ts`), and there is nothing else in it. What the console takes longer
 * is its own; what this page takes is Chromium's and the engine's.
 * @param folder is made: a copy of the built renderer, with `least.html?cameras=ID,ID,…`
 */
export async function makeLeastPage(folder: string): Promise<void> {
  await cp(path.resolve(import.meta.dirname, '../../dist/renderer'), folder, { recursive: true });
  const root = path.resolve(import.meta.dirname, 'least-page');
  await build({
    ...{ configFile: false, root, base: './', logLevel: 'error' },
    build: {
      target: 'chrome140',
      // As the console's: the content security policy allows files of our own only.
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: { input: path.join(root, 'least.html') },
    },
  });
}
