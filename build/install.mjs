import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runChild } from './child.mjs';

const reportMilliseconds = 10_000;

/** Whether the packages on disk are those of the lock file, for this platform. @param {string} root */
export function isInstalled(root) {
  const stamp = stampFile(root);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wantedStamp(root);
}

/**
 * Installs the packages of the lock file. Their install scripts do not run: nothing is downloaded but from the registry.
 *
 * @param {string} root @param {(text: string) => void} progress
 */
export async function install(root, progress) {
  progress('installing the packages of the lock file; the first time this takes a minute or two …');
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1_000);
  const ticker = setInterval(() => progress(`still installing, ${seconds()} s …`), reportMilliseconds);
  try {
    const { command, parameters, shell } = npm();
    const code = await runChild(
      command,
      // Warnings about engines speak of the Node that runs npm, not of the pinned one that runs Gatehouse.
      [
        ...parameters,
        'ci',
        '--include=dev',
        '--include=optional',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
      ],
      { cwd: root, stdio: ['ignore', 2, 2], shell },
    );
    if (code !== 0) throw new Error('npm could not install the packages; what it says above tells why.');
  } finally {
    clearInterval(ticker);
  }
  writeFileSync(stampFile(root), wantedStamp(root));
  progress(`packages installed in ${seconds()} s`);
}

/** The npm that started us, else the one on the PATH, which is a shell script on Windows. */
function npm() {
  const own = process.env.npm_execpath;
  return own?.endsWith('npm-cli.js') === true
    ? { command: process.execPath, parameters: [own], shell: false }
    : { command: 'npm', parameters: [], shell: process.platform === 'win32' };
}

/** @param {string} root */
function stampFile(root) {
  return path.join(root, 'node_modules', '.gatehouse-installed');
}

/** @param {string} root */
function wantedStamp(root) {
  const lock = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  return `${process.platform}-${process.arch} ${lock}`;
}
