import { registerHooks } from 'node:module';

/* Preloaded with --import: every import and require of 'electron' in this process gives the stand-in. */

const standIn = new URL('./electron.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== 'electron' && specifier !== 'electron/main') return next(specifier, context);
    return { url: standIn, format: 'module-typescript', shortCircuit: true };
  },
});
