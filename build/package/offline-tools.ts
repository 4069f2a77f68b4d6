import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

/*
 * The programs with which electron-builder makes packages. It downloads its own; here Debian's take their places, by the
 * environment variables that electron-builder has for that.
 */

/** Debian's package for each program. */
const packageOf = {
  '7za': 'p7zip-full',
  'dpkg-deb': 'dpkg',
  mksquashfs: 'squashfs-tools',
  unsquashfs: 'squashfs-tools',
  'desktop-file-validate': 'desktop-file-utils',
  tar: 'tar',
} as const;
export type Tool = keyof typeof packageOf;

/** Where a program is; undefined when it is not installed. */
function findTool(name: Tool): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

/** What to install for the programs that are missing, in words; undefined: all are there. */
export function missingTools(names: readonly Tool[]): string | undefined {
  const missing = names.filter((name) => findTool(name) === undefined);
  if (missing.length === 0) return undefined;
  const told = missing.map((name) => `${name} (Debian's package ${packageOf[name]})`);
  return `${told.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not installed`;
}

/**
 * Puts links to the programs into a folder, in the order in which electron-builder's downloads have them.
 * @returns the environment in which electron-builder takes them
 */
export async function layOutTools(folder: string): Promise<Record<string, string>> {
  const environment: Record<string, string> = {};
  const sevenZip = findTool('7za');
  if (sevenZip !== undefined) environment.ELECTRON_BUILDER_7ZIP_PATH = sevenZip;

  const fpm = path.join(folder, 'fpm');
  await mkdir(folder, { recursive: true });
  const shim = path.join(import.meta.dirname, 'fpm-deb.ts');
  await writeFile(fpm, `#!/bin/sh\nexec '${process.execPath}' '${shim}' "$@"\n`, { mode: 0o755 });
  environment.CUSTOM_FPM_PATH = fpm;

  const appImage = path.join(folder, 'appimage');
  for (const arch of ['x64', 'arm64']) {
    await mkdir(path.join(appImage, 'runtimes'), { recursive: true });
    await mkdir(path.join(appImage, 'lib', arch), { recursive: true });
    // What mounts the rest of the file; 4 KB of nothing, since nobody runs it.
    await writeFile(path.join(appImage, 'runtimes', `runtime-${arch}`), Buffer.alloc(appImageRuntimeBytes));
  }
  for (const name of ['mksquashfs', 'desktop-file-validate'] as const) {
    await symlink(findTool(name) ?? '/bin/false', path.join(appImage, name));
  }
  environment.APPIMAGE_TOOLS_PATH = appImage;

  const nsis = path.join(folder, 'nsis');
  await mkdir(nsis);
  await writeFile(path.join(nsis, 'elevate.exe'), 'fake\n');
  environment.ELECTRON_BUILDER_NSIS_DIR = nsis;
  return environment;
}

/** Where the file system begins in an AppImage that was made with these tools. */
export const appImageRuntimeBytes = 4096;
