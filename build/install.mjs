import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Installs the packages of the lock file when they are not there or of another lock file.
 *
 * @param {string} root @param {(text: string) => void} progress
 */
export function installIfNeeded(root, progress) {
  const stamp = path.join(root, 'node_modules', '.gatehouse-installed');
  const wanted = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  progress('installing packages from the lock file, which takes a minute or two the first time …');
  // Warnings about engines are for the Node that runs npm, not for the one that will run Gatehouse.
  const result = spawnSync(
    process.platform === 'win32' ? 'npm.cmd' : 'npm',
    ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' },
  );
  if (result.error !== undefined) throw new Error(`npm could not be started: ${result.error.message}.`);
  if (result.status !== 0)
    throw new Error('npm could not install the packages; what it says above tells why.');
  writeFileSync(stamp, wanted);
}
