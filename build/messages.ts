import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compile } from '@inlang/paraglide-js';
import { fingerprint } from './stale.mjs';
import { root } from './step.ts';

/*
 * Makes functions of the messages in renderer/messages: `m.wall_title()`. Whatever reads the renderer's sources asks for it first; it
 * takes a moment where nothing has changed.
 */

/** Where they are. */
export const compiledMessages: string = path.join(root, 'renderer/language/paraglide');
const stamp = path.join(compiledMessages, '.compiled');

/** @throws Error when a message cannot be read */
export async function compileMessages(): Promise<void> {
  const print = fingerprint(root, 'messages');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === print) return;
  // The next one takes its place when it is whole: others may be reading.
  const next = `${compiledMessages}.${process.pid}`;
  try {
    await compile({
      project: path.join(root, 'renderer/messages/project.inlang'),
      outdir: next,
      // `renderer/language/locale.ts` says which language it is.
      strategy: ['globalVariable', 'baseLocale'],
      disableAsyncLocalStorage: true,
      emitGitIgnore: false,
      emitPrettierIgnore: false,
      emitReadme: false,
    });
    writeFileSync(path.join(next, '.compiled'), print);
    rmSync(compiledMessages, { recursive: true, force: true });
    renameSync(next, compiledMessages);
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
}
