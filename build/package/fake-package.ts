import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Arch, build, type CliOptions, Platform } from 'electron-builder';
import { makeFakeElectron, type PackagePlatform } from './fake-electron.ts';
import { writeLicences } from './licences.ts';

const root = path.resolve(import.meta.dirname, '../..');

export type PackageArch = 'x64' | 'arm64';

export interface FakePackage {
  readonly platform: PackagePlatform;
  readonly arches: readonly PackageArch[];
  /** electron-builder's: `dir`, `deb`, `tar.gz`, `AppImage`, `zip`; `nsis` and `msi` stop before their installer is made. */
  readonly targets: readonly string[];
  /** Where packages are made: not where somebody might take them for real ones. */
  readonly output: string;
}

const platforms = { linux: Platform.LINUX, win32: Platform.WINDOWS, darwin: Platform.MAC };
const folderPrefixes = { linux: 'linux', win32: 'win', darwin: 'mac' };

/** The folder in which electron-builder puts the app together for an operating system and a processor. */
export function unpackedFolder(output: string, platform: PackagePlatform, arch: PackageArch): string {
  const name = `${folderPrefixes[platform]}${arch === 'x64' ? '' : `-${arch}`}`;
  return path.join(output, platform === 'darwin' ? name : `${name}-unpacked`);
}

/** Packs the built app with electron-builder.yml, around a fake Electron. @throws what electron-builder throws */
async function packAroundFake({ platform, arches, targets, output }: FakePackage): Promise<void> {
  const electron = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-fake-electron-'));
  try {
    await makeFakeElectron(electron, platform, '45.4.1');
    const plain = targets.filter((target) => target !== 'nsis' && target !== 'msi');
    const kinds = arches.map((arch) => Arch[arch]);
    const config = {
      extends: path.join(root, 'electron-builder.yml'),
      electronDist: electron,
      directories: { output },
      // What is looked at is what is inside.
      compression: 'store' as const,
    };
    const options = { projectDir: root, publish: 'never', config } as const;
    await build({ ...options, targets: platforms[platform].createTarget(plain, ...kinds) });
    if (targets.includes('nsis')) await recordNsis(options, output);
    if (targets.includes('msi')) await recordMsi(options, output);
  } finally {
    await rm(electron, { recursive: true });
  }
}

/** Writes what makensis would be told: its plug-ins are a download, and Wine would have to run what it makes. */
async function recordNsis(options: CliOptions, output: string): Promise<void> {
  const told: unknown[] = [];
  await build({
    ...options,
    prepackaged: unpackedFolder(output, 'win32', 'x64'),
    targets: Platform.WINDOWS.createTarget('nsis', Arch.x64),
    effectiveOptionComputed: (computed) => {
      told.push(computed);
      return Promise.resolve(true);
    },
  });
  await writeFile(path.join(output, 'nsis.json'), JSON.stringify(told));
}

/** Keeps the source of the MSI: WiX, which compiles it, is a download and needs Windows or Wine. */
async function recordMsi(options: CliOptions, output: string): Promise<void> {
  const isWritten = new Error('the source of the MSI is written');
  const { config } = options;
  if (typeof config !== 'object') throw new Error('no configuration');
  const stopped = build({
    ...options,
    prepackaged: unpackedFolder(output, 'win32', 'x64'),
    targets: Platform.WINDOWS.createTarget('msi', Arch.x64),
    config: {
      ...config,
      msiProjectCreated: async (file) => {
        await copyFile(file, path.join(output, 'msi.wxs'));
        throw isWritten;
      },
    },
  });
  await stopped.catch((error: unknown) => {
    if (error !== isWritten) throw error;
  });
}

/** Packs the built app for Linux as a folder. @returns that folder */
export async function packLinuxFolder(output: string): Promise<string> {
  await writeLicences(path.join(root, 'dist/THIRD-PARTY-LICENSES.txt'));
  await packAroundFake({ platform: 'linux', arches: ['x64'], targets: ['dir'], output });
  return unpackedFolder(output, 'linux', 'x64');
}

// A process of its own for each operating system: electron-builder writes to stdout and takes its tools from the environment.
if (process.argv[1] === import.meta.filename) {
  const what = JSON.parse(process.argv[2] ?? '') as FakePackage;
  await mkdir(what.output, { recursive: true });
  await packAroundFake(what);
}
