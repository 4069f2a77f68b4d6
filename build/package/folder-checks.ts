import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { getRawHeader, listPackage } from '@electron/asar';
import { NtExecutable, NtExecutableResource, Resource } from 'resedit';
import { binaryKind } from './binary-kind.ts';
import { fuseWire, type PackagePlatform } from './fake-electron.ts';
import { type PackageArch, unpackedFolder } from './fake-package.ts';

/*
 * What must be true of the app once electron-builder has put it together for one system, whatever it is packed into afterwards.
 */

const icons = path.resolve(import.meta.dirname, '../icons');
const maximumArchiveBytes = 9 * 2 ** 20;
/** In Electron's order: RunAsNode, cookies, NODE_OPTIONS, inspector, integrity, only asar, snapshot, file privileges. */
const wantedFuses = '01001100';

/** The app as it is put together for an operating system and a processor. */
export interface Unpacked {
  readonly platform: PackagePlatform;
  readonly arch: PackageArch;
  readonly folder: string;
}

export interface Finding {
  /** What is wrong, one sentence each; empty: nothing. */
  readonly problems: readonly string[];
  /** A figure that is worth a look. */
  readonly note?: string;
}

export interface FolderCheck {
  /** What must be true. */
  readonly name: string;
  /** Left out: everywhere. */
  readonly platforms?: readonly PackagePlatform[];
  find(unpacked: Unpacked): Promise<Finding>;
}

export function unpackedIn(output: string, platform: PackagePlatform, arch: PackageArch): Unpacked {
  return { platform, arch, folder: unpackedFolder(output, platform, arch) };
}

const resourcesOf = ({ platform, folder }: Unpacked): string =>
  platform === 'darwin'
    ? path.join(folder, 'Gatehouse.app/Contents/Resources')
    : path.join(folder, 'resources');

/** The file that has the fuses. */
const fusesOf = ({ platform, folder }: Unpacked): string =>
  path.join(
    folder,
    {
      linux: 'gatehouse',
      win32: 'Gatehouse.exe',
      darwin: 'Gatehouse.app/Contents/Frameworks/Electron Framework.framework/Electron Framework',
    }[platform],
  );

const archiveOf = (unpacked: Unpacked): string => path.join(resourcesOf(unpacked), 'app.asar');

/**
 * What electron-builder adds to the folder while it makes one package or the other: a profile for systems that confine
 * programs, what asks for an administrator, where updates come from.
 */
const addedLater = /(^|\/)resources\/(apparmor-profile|elevate\.exe|app-update\.yml|package-type)$/i;

/** What is listed and not wanted, and what is wanted and not listed. */
export function differences(found: readonly string[], wanted: readonly string[], where: string): string[] {
  const without = (name: string, list: readonly string[]) => !list.includes(name) && !addedLater.test(name);
  return [
    ...found.filter((name) => without(name, wanted)).map((name) => `${where} has ${name}`),
    ...wanted.filter((name) => without(name, found)).map((name) => `${where} lacks ${name}`),
  ];
}

async function archiveContents(unpacked: Unpacked): Promise<Finding> {
  const inside = listPackage(archiveOf(unpacked), { isPack: false }).map((file) =>
    file.replaceAll('\\', '/'),
  );
  const allowed =
    /^\/(package\.json|dist(\/(main|preload|renderer)(\/.*)?)?|node_modules(\/better-sqlite3(\/.*)?)?)$/;
  const unneeded = /\.(map|ts|md|c|h|gyp)$|\/tests?\//;
  const needed = [
    '/package.json',
    '/dist/main/desktop.js',
    '/dist/main/engine-process.js',
    '/dist/preload/preload.cjs',
    '/dist/renderer/index.html',
  ];
  return {
    problems: [
      ...inside
        .filter((file) => !allowed.test(file) || unneeded.test(file))
        .map((file) => `the archive has ${file}`),
      ...needed.filter((file) => !inside.includes(file)).map((file) => `the archive lacks ${file}`),
    ],
  };
}

async function archiveSize(unpacked: Unpacked): Promise<Finding> {
  const { size } = await stat(archiveOf(unpacked));
  const note = `${(size / 2 ** 20).toFixed(1)} MB`;
  return { note, problems: size > maximumArchiveBytes ? [`the archive has ${note}`] : [] };
}

async function sqliteBinary(unpacked: Unpacked): Promise<Finding> {
  const { platform, arch } = unpacked;
  const folder = 'node_modules/better-sqlite3/prebuilds';
  const wanted = `${platform}-${arch}.node`;
  const inside = listPackage(archiveOf(unpacked), { isPack: false });
  const beside = `${archiveOf(unpacked)}.unpacked`;
  const files = await filesIn(beside);
  const problems = [
    ...differences(
      inside.filter((file) => file.endsWith('.node')),
      [`/${folder}/${wanted}`],
      "the archive's list",
    ),
    ...differences(files, [`${folder}/${wanted}`], 'the folder beside the archive'),
  ];
  if (problems.length > 0) return { problems };
  const kind = binaryKind(await readFile(path.join(beside, folder, wanted)));
  const isRight = kind?.platform === platform && kind.arch === arch;
  return {
    problems: isRight ? [] : [`${wanted} is for ${kind?.platform ?? 'no'} ${kind?.arch ?? 'system'}`],
  };
}

async function fuses(unpacked: Unpacked): Promise<Finding> {
  const found = fuseWire(await readFile(fusesOf(unpacked)))?.slice(0, wantedFuses.length);
  return { problems: found === wantedFuses ? [] : [`the fuses are ${found}, not ${wantedFuses}`] };
}

async function integrity(unpacked: Unpacked): Promise<Finding> {
  const header = getRawHeader(archiveOf(unpacked)).headerString;
  const checksum = createHash('sha256').update(header).digest('hex');
  const file =
    unpacked.platform === 'win32'
      ? fusesOf(unpacked)
      : path.join(unpacked.folder, 'Gatehouse.app/Contents/Info.plist');
  const isThere = (await readFile(file)).includes(checksum);
  return { problems: isThere ? [] : [`${path.basename(file)} lacks the checksum ${checksum}`] };
}

async function resources(unpacked: Unpacked): Promise<Finding> {
  const folder = resourcesOf(unpacked);
  const files = await filesIn(folder);
  const tray = ['attention', 'ok', 'trouble'].flatMap((name) => [`${name}.png`, `${name}@2x.png`]);
  const wanted = [...tray.map((name) => `icons/tray/${name}`), 'icons/256x256.png'];
  const problems = wanted.filter((file) => !files.includes(file)).map((file) => `${file} is missing`);
  const clips = files.filter((file) => /^build\/clips\/.+\.h264$/.test(file));
  if (clips.length === 0) problems.push("the virtual cameras' clips are missing");
  return { problems };
}

async function licences(unpacked: Unpacked): Promise<Finding> {
  const text = await readFile(path.join(resourcesOf(unpacked), 'THIRD-PARTY-LICENSES.txt'), 'utf8');
  const names = ['werift', 'fastify', 'zod', 'better-sqlite3', 'svelte'];
  const problems = names
    .filter((name) => !new RegExp(`\n${name} \\d+\\.\\d+\\.\\d+\nLicence: MIT`).test(text))
    .map((name) => `the licence of ${name} is missing`);
  const own = await readFile(path.join(resourcesOf(unpacked), 'LICENSE.txt'), 'utf8').catch(() => '');
  if (!own.includes('Gatehouse')) problems.push("the app's own licence is missing");
  // Only from Electron's own archive the packager puts them into the app, not from a folder as the fake one.
  if (unpacked.platform === 'darwin') return { problems, note: "but Electron's and Chromium's" };
  const files = await readdir(unpacked.folder);
  for (const file of ['LICENSE.electron.txt', 'LICENSES.chromium.html']) {
    if (!files.includes(file)) problems.push(`${file} is missing`);
  }
  return { problems };
}

async function programIcon(unpacked: Unpacked): Promise<Finding> {
  if (unpacked.platform === 'darwin') {
    const wanted = await readFile(path.join(icons, 'icon.icns'));
    const found = await readFile(path.join(resourcesOf(unpacked), 'icon.icns'));
    return { problems: wanted.equals(found) ? [] : ['icon.icns is not that of the app'] };
  }
  const { entries } = NtExecutableResource.from(NtExecutable.from(await readFile(fusesOf(unpacked))));
  const found = Resource.IconGroupEntry.fromEntries(entries)[0]?.icons.map(({ width }) => width || 256);
  const ico = await readFile(path.join(icons, 'icon.ico'));
  const wanted = Array.from({ length: ico.readUInt16LE(4) }, (_, index) => ico[6 + 16 * index] || 256);
  const isSame = found?.join() === wanted.join();
  return {
    note: `${wanted.join(', ')} pixels`,
    problems: isSame ? [] : [`Gatehouse.exe has icons of ${found?.join() ?? 'no'} pixels`],
  };
}

async function localNetwork({ folder }: Unpacked): Promise<Finding> {
  const text = await readFile(path.join(folder, 'Gatehouse.app/Contents/Info.plist'), 'utf8');
  const isTold = text.includes('NSLocalNetworkUsageDescription');
  return { problems: isTold ? [] : ['Info.plist lacks NSLocalNetworkUsageDescription'] };
}

/** All files in a folder and below, relative to it, with slashes. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'));
}

const folderChecks: readonly FolderCheck[] = [
  { name: 'the archive holds the app and SQLite, and nothing else', find: archiveContents },
  { name: 'the archive has at most 9 MB', find: archiveSize },
  { name: "one binary of SQLite, the system's, beside the archive", find: sqliteBinary },
  { name: 'fuses: no Node, no options of it, no inspector, the archive alone', find: fuses },
  // Electron looks at it on these two alone.
  { name: "the program knows the archive's checksum", platforms: ['win32', 'darwin'], find: integrity },
  { name: "the tray's icons and the clips lie beside the archive", find: resources },
  { name: 'the licences of what is inside', find: licences },
  // On Linux the installers bring it: see their checks.
  { name: "the program's icon, in all sizes", platforms: ['win32', 'darwin'], find: programIcon },
  { name: 'the guard is told why it uses the local network', platforms: ['darwin'], find: localNetwork },
];

export function folderChecksFor(platform: PackagePlatform): FolderCheck[] {
  return folderChecks.filter(({ platforms }) => platforms?.includes(platform) ?? true);
}
