import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type HtmlTagDescriptor, type Plugin, type Rolldown } from 'vite';
import { compiledMessages, compileMessages } from './messages.ts';

const root = path.resolve(import.meta.dirname, '..');
await compileMessages();
const page = (name: string) => path.join(root, 'renderer', name);

/** The page asks for the console itself and its styles at once, not when its first script has run. */
const consoleWithPage: Plugin = {
  name: 'console-with-page',
  transformIndexHtml: {
    order: 'post',
    handler: (html, { filename, bundle = {} }) => {
      if (filename !== page('index.html')) return [];
      // Theme and size are there before anything is painted; Vite drops the attribute from the page's own source.
      const blocking = html.replaceAll('<script type="module"', '<script type="module" blocking="render"');
      if (blocking === html) throw new Error('The page has no first script.');
      const chunks = Object.values(bundle).filter((output) => output.type === 'chunk');
      // What the first script imports is in the page already.
      const known = new Set(
        chunks.flatMap(({ facadeModuleId, imports }) => (facadeModuleId === filename ? imports : [])),
      );
      const files: string[] = [];
      const styles = new Set<string>();
      const add = (chunk: (typeof chunks)[number] | undefined): void => {
        if (chunk === undefined || chunk.isEntry || known.has(chunk.fileName)) return;
        known.add(chunk.fileName);
        files.push(chunk.fileName);
        for (const style of chunk.viteMetadata?.importedCss ?? []) styles.add(style);
        for (const name of chunk.imports) add(chunks.find(({ fileName }) => fileName === name));
      };
      add(chunks.find(({ moduleIds }) => moduleIds.includes(path.join(root, 'renderer/console.ts'))));
      if (files.length === 0) throw new Error('The console is not a chunk of its own.');
      const link = (rel: string, file: string): HtmlTagDescriptor => ({
        tag: 'link',
        attrs: { rel, crossorigin: true, href: `./${file}` },
        injectTo: 'head',
      });
      const tags = [
        ...files.map((file) => link('modulepreload', file)),
        ...[...styles].map((file) => link('stylesheet', file)),
      ];
      return { html: blocking, tags };
    },
  },
};

const messages = path.join(compiledMessages, 'messages');
const listOfMessages = path.join(messages, '_index.js');

type Modules = Pick<Rolldown.PluginContext, 'getModuleInfo'>;

/**
 * What a module imports at once, and what that does. Of the messages, those that are said there: all are in one list, and one in a file
 * that comes later is not there yet when a record is made of it.
 */
function importedBy(module: string, modules: Modules): Set<string> {
  const found = new Set([path.join(root, 'renderer', module)]);
  for (const id of found) {
    const info = modules.getModuleInfo(id);
    for (const imported of info?.importedIds ?? []) if (imported !== listOfMessages) found.add(imported);
    if (id.startsWith(messages)) continue;
    for (const [, name] of info?.code?.matchAll(/\bm\.(\w+)/g) ?? []) {
      const message = path.join(messages, `${name}.js`);
      if (modules.getModuleInfo(message) !== null) found.add(message);
    }
  }
  return found;
}

/** One file for all that a module imports, not one for each set of dialogs that share it: a page asks for six at a time. */
function filesTogether(name: string, module: string, priority: number) {
  let found: Set<string> | undefined;
  return {
    debugName: name,
    name: (id: string, modules: Modules) => {
      found ??= importedBy(module, modules);
      return found.has(id) ? name : null;
    },
    priority,
  };
}

/** The console's page: relative addresses, since it is served over http:// and over app://. */
export default defineConfig({
  root: path.join(root, 'renderer'),
  base: './',
  plugins: [svelte({ configFile: false }), consoleWithPage],
  worker: { format: 'es' },
  resolve: {
    alias: [{ find: /^\.\.\/Icon\.svelte$/, replacement: path.join(root, 'renderer/shell/icon.svelte') }],
  },
  build: {
    target: 'chrome140',
    sourcemap: true,
    modulePreload: { polyfill: false },
    // Nothing inline: the content security policy allows files of our own only.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: page('index.html'),
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [filesTogether('first', 'main.ts', 2), filesTogether('wall', 'console.ts', 1)],
        },
      },
    },
  },
});
