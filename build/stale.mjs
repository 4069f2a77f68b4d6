import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const common = ['build/build.ts', 'package-lock.json'];
/**
 * What each target is built from. A target is stale when the contents of these differ from those it was built from; times
 * of files do not matter, so that switching branches back and forth builds nothing twice.
 *
 * @type {Record<string, string[]>}
 */
const inputs = {
  main: ['main', 'build/vite.main.config.ts', 'build/update-key.pub', ...common],
  preload: ['preload', 'build/vite.preload.config.ts', ...common],
  renderer: [
    ...['renderer', 'main/contract', 'build/messages.ts'],
    ...['build/vite.renderer.config.ts', 'build/vite.publish.config.ts', ...common],
  ],
  messages: ['renderer/messages', 'build/messages.ts', 'package-lock.json'],
};
const targets = ['main', 'preload', 'renderer'];
/** What compiling the messages writes among the sources. */
const generated = new Set([
  'renderer/language/paraglide',
  ...['.gitignore', '.meta.json', 'README.md'].map((name) => `renderer/messages/project.inlang/${name}`),
]);

/** @param {string} root @returns {string[]} targets to build, in order */
export function staleTargets(root) {
  return targets.filter((target) => readStamp(root, target) !== fingerprint(root, target));
}

/**
 * Notes what a target was built from.
 *
 * @param {string} root @param {string} target @param {string} print
 */
export function writeStamp(root, target, print) {
  const file = stampFile(root, target);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, print);
}

/** Until the next stamp the target counts as not built, whatever ends this process. @param {string} root @param {string} target */
export function removeStamp(root, target) {
  rmSync(stampFile(root, target), { force: true });
}

/** @param {string} root @param {string} target */
export function fingerprint(root, target) {
  const hash = createHash('sha256');
  for (const input of inputs[target] ?? []) addTree(hash, path.join(root, input), input);
  return hash.digest('hex');
}

/** @param {string} root @param {string} target */
function readStamp(root, target) {
  const file = stampFile(root, target);
  return existsSync(file) && existsSync(path.join(root, 'dist', target))
    ? readFileSync(file, 'utf8')
    : undefined;
}

/** @param {string} root @param {string} target */
function stampFile(root, target) {
  return path.join(root, 'dist', `.${target}.built`);
}

/** @param {import('node:crypto').Hash} hash @param {string} file @param {string} name */
function addTree(hash, file, name) {
  const status = statSync(file, { throwIfNoEntry: false });
  if (status === undefined || generated.has(name)) return;
  if (status.isDirectory()) {
    for (const entry of readdirSync(file).sort()) addTree(hash, path.join(file, entry), `${name}/${entry}`);
  } else {
    hash.update(`${name}\0${status.size}\0`).update(readFileSync(file));
  }
}
