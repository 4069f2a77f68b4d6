import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

/**
 * What each target is built from. A target is stale when the contents of these differ from those it was built from; times
 * of files do not matter, so that switching branches back and forth builds nothing twice.
 *
 * @type {Record<string, string[]>}
 */
const inputs = {
  main: ['main', 'build/vite.main.config.ts', 'package-lock.json'],
  preload: ['preload', 'build/vite.preload.config.ts', 'package-lock.json'],
  renderer: ['renderer', 'main/contract', 'build/vite.renderer.config.ts', 'package-lock.json'],
};

/** @param {string} root @returns {string[]} targets to build, in order */
export function staleTargets(root) {
  return Object.keys(inputs).filter((target) => readStamp(root, target) !== fingerprint(root, target));
}

/**
 * Notes that a target is built. The fingerprint is the one from before the build: a file that changed meanwhile makes the
 * target stale again.
 *
 * @param {string} root @param {string} target @param {string} print
 */
export function writeStamp(root, target, print) {
  const file = stampFile(root, target);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, print);
  renameSync(`${file}.${process.pid}`, file);
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
  if (status === undefined) return;
  if (status.isDirectory()) {
    for (const entry of readdirSync(file).sort()) addTree(hash, path.join(file, entry), `${name}/${entry}`);
  } else {
    hash.update(`${name}\0${status.size}\0`).update(readFileSync(file));
  }
}
