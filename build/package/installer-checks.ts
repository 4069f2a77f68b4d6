import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { PackageArch } from './fake-package.ts';
import { differences, type Finding, filesIn, type Unpacked } from './folder-checks.ts';
import { appImageRuntimeBytes, type Tool } from './offline-tools.ts';

/*
 * What must be true of the files that people get: their lists, their scripts, what they tell the system about the app.
 */

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');

export interface InstallerCheck {
  readonly name: string;
  readonly platform: Unpacked['platform'];
  /** electron-builder's target whose file is looked at. */
  readonly target: string;
  /** Without these the file is not made, or not looked at. */
  readonly tools: readonly Tool[];
  /** @param file the installer */
  find(file: string, unpacked: Unpacked): Promise<Finding>;
}

interface Manifest {
  readonly version: string;
  readonly homepage: string;
}

const manifest = async () => JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as Manifest;

/** The name of a target's file, as electron-builder.yml wants it. */
export async function installerName(
  platform: Unpacked['platform'],
  target: string,
  arch: PackageArch,
): Promise<string> {
  const system = { linux: 'linux', win32: 'win', darwin: 'mac' }[platform];
  // Each kind of package has its own word for the processor.
  const words: Readonly<Record<string, string>> = { deb: 'amd64', AppImage: 'x86_64' };
  const processor = arch === 'x64' ? (words[target] ?? arch) : arch;
  return `Gatehouse-${(await manifest()).version}-${system}-${processor}.${target}`;
}

async function output(command: Tool, parameters: readonly string[]): Promise<string> {
  return (await run(command, parameters, { maxBuffer: 2 ** 26 })).stdout;
}

async function tarFiles(file: string, unpacked: Unpacked): Promise<Finding> {
  const listed = (await output('tar', ['--list', '--file', file])).split('\n');
  const prefix = `${path.basename(file, '.tar.gz')}/`;
  const found = listed
    .filter((name) => name !== '' && !name.endsWith('/'))
    .map((name) => name.slice(prefix.length));
  return { problems: differences(found, await filesIn(unpacked.folder), 'the package') };
}

async function zipFiles(file: string, unpacked: Unpacked): Promise<Finding> {
  const listed = (await output('7za', ['l', '-ba', '-slt', file])).split(/\n\n+/);
  const found = listed
    .filter((entry) => /^Folder = -$/m.test(entry))
    .map((entry) => /^Path = (.*)$/m.exec(entry)?.[1] ?? '');
  return { problems: differences(found, await filesIn(unpacked.folder), 'the package') };
}

async function debFields(file: string, { arch }: Unpacked): Promise<Finding> {
  const text = await output('dpkg-deb', ['--field', file]);
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';
  const { version, homepage } = await manifest();
  const wanted: readonly [string, RegExp | string][] = [
    ['Package', 'gatehouse'],
    ['Version', version],
    ['Architecture', arch === 'x64' ? 'amd64' : 'arm64'],
    ['Maintainer', /^[^<]+ <[^@]+@[^>]+>$/],
    ['Homepage', homepage],
    ['Section', 'video'],
    ['Priority', 'optional'],
    ['Installed-Size', /^\d+$/],
    ['Depends', /\blibgtk-3-0\b.*\blibnss3\b.*\blibsecret-1-0\b/],
    ['Description', /camera/],
  ];
  const isAs = (value: string, is: RegExp | string) =>
    typeof is === 'string' ? value === is : is.test(value);
  return {
    problems: wanted
      .filter(([name, is]) => !isAs(field(name), is))
      .map(([name]) => `its ${name} is “${field(name)}”`),
  };
}

async function debFiles(file: string, unpacked: Unpacked): Promise<Finding> {
  const lines = (await output('dpkg-deb', ['--contents', file])).split('\n').filter((line) => line !== '');
  const entry = /^(?<mode>\S{10}) (?<owner>\S+) +\d+ \S+ \S+ \.\/(?<name>.*?)( -> .*)?$/;
  const entries = lines.map((line) => entry.exec(line)?.groups ?? { mode: '', owner: '', name: line });
  const problems = entries
    .filter(({ owner, mode = '' }) => owner !== 'root/root' || mode[8] === 'w')
    .map(({ name, mode, owner }) => `${name} is ${mode} of ${owner}`);
  const wanted = [
    ...(await filesIn(unpacked.folder)).map((name) => `opt/Gatehouse/${name}`),
    'usr/share/applications/gatehouse.desktop',
    ...(await iconSizes()).map((size) => `usr/share/icons/hicolor/${size}/apps/gatehouse.png`),
  ];
  const found = entries.filter(({ mode }) => !mode?.startsWith('d')).map(({ name = '' }) => name);
  problems.push(...differences(found, wanted, 'the package'));
  return { problems, note: `${found.length} files` };
}

/** The sizes of the app's icon, as in `48x48`. */
async function iconSizes(): Promise<string[]> {
  const files = await readdir(path.join(root, 'build/icons'));
  return files.flatMap((file) => /^(\d+x\d+)\.png$/.exec(file)?.[1] ?? []);
}

async function debScripts(file: string): Promise<Finding> {
  const allowed =
    /^\/(opt\/Gatehouse\/|usr\/bin\/(gatehouse|ischroot)$|etc\/(alternatives|apparmor\.d)\/gatehouse$|usr\/share\/(mime|applications)$|proc\/self\/ns\/user$|dev\/null$|bin\/bash$)/;
  const problems: string[] = [];
  for (const script of ['postinst', 'postrm']) {
    const text = await output('dpkg-deb', ['--info', file, script]);
    const code = text.replaceAll(/^\s*#(?!!).*$/gm, '');
    const places = code.match(/(?<![\w}.*])\/[\w.+/-]+/g) ?? [];
    problems.push(
      ...places.filter((place) => !allowed.test(place)).map((place) => `${script} touches ${place}`),
    );
    if (/~\/|\$\{?(HOME|XDG|SUDO_USER)|getent|\/home/.test(code)) problems.push(`${script} looks for homes`);
  }
  return { problems };
}

async function debDesktopEntry(file: string): Promise<Finding> {
  return await inTemporaryFolder(async (folder) => {
    await output('dpkg-deb', ['--extract', file, folder]);
    const entry = path.join(folder, 'usr/share/applications/gatehouse.desktop');
    return await desktopEntry(entry, /^\/opt\/Gatehouse\/gatehouse %U$/);
  });
}

/** @param command what its Exec must be */
async function desktopEntry(file: string, command: RegExp): Promise<Finding> {
  const text = await readFile(file, 'utf8');
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1] ?? '';
  const wanted: readonly [string, RegExp][] = [
    ['Type', /^Application$/],
    ['Name', /^Gatehouse$/],
    ['Exec', command],
    ['Icon', /^gatehouse$/],
    ['Terminal', /^false$/],
    ['StartupWMClass', /^gatehouse$/],
    ['Categories', /(^|;)Video;/],
    ['Comment', /camera/],
  ];
  const problems = wanted
    .filter(([key, pattern]) => !pattern.test(value(key)))
    .map(([key]) => `its ${key} is “${value(key)}”`);
  const said = await run('desktop-file-validate', [file]).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string }) => error.stdout ?? String(error),
  );
  return { problems: [...problems, ...said.split('\n').filter((line) => line !== '')] };
}

async function appImage(file: string, unpacked: Unpacked): Promise<Finding> {
  return await inTemporaryFolder(async (temporary) => {
    const folder = path.join(temporary, 'image');
    const offset = String(appImageRuntimeBytes);
    await output('unsquashfs', ['-quiet', '-no-progress', '-offset', offset, '-dest', folder, file]);
    const found = await filesIn(folder);
    const wanted = [
      ...(await filesIn(unpacked.folder)),
      'AppRun',
      '.DirIcon',
      'gatehouse.desktop',
      'gatehouse.png',
      ...(await iconSizes()).map((size) => `usr/share/icons/hicolor/${size}/apps/gatehouse.png`),
    ];
    const entry = await desktopEntry(path.join(folder, 'gatehouse.desktop'), /^AppRun %U$/);
    return { problems: [...differences(found, wanted, 'the image'), ...entry.problems] };
  });
}

async function nsisSettings(file: string): Promise<Finding> {
  const told = JSON.parse(await readFile(file, 'utf8')) as [
    Record<string, unknown>,
    Record<string, unknown>,
  ][];
  const problems = told.length === 0 ? ['makensis was told nothing'] : [];
  for (const [defines, commands] of told) {
    const installer = String(commands.OutFile);
    const has = (name: string) => Object.hasOwn(defines, name);
    if (has('DELETE_APP_DATA_ON_UNINSTALL')) problems.push(`${installer} deletes data without being asked`);
    if (has('ONE_CLICK')) problems.push(`${installer} does not ask for whom it installs`);
    if (has('INSTALL_MODE_PER_ALL_USERS')) problems.push(`${installer} installs for all users alone`);
    if (!has('MULTIUSER_INSTALLMODE_ALLOW_ELEVATION'))
      problems.push(`${installer} cannot install for all users`);
    // The folder that --delete-app-data deletes: it must be the one of the data.
    if (defines.APP_PACKAGE_NAME !== 'gatehouse') problems.push(`${installer} would delete the wrong data`);
  }
  return { problems };
}

async function msiSource(file: string, unpacked: Unpacked): Promise<Finding> {
  const text = await readFile(file, 'utf8');
  const wanted: readonly [string, RegExp][] = [
    ['installs for all users', /<Property Id="ALLUSERS" Secure="yes" Value="1"\/>/],
    // Windows takes an MSI for the next version of another one when this is the same: never change it.
    ['has its upgrade code', /UpgradeCode="1897A428-8189-5B87-8F2C-C20690288247"/],
    ['puts a link into the start menu', /Shortcut Id="startMenuShortcut"/],
  ];
  const problems = wanted
    .filter(([, pattern]) => !pattern.test(text))
    .map(([what]) => `not true: it ${what}`);
  if (/RemoveFolderEx|runAfterFinish/.test(text)) problems.push('it deletes folders, or starts the app');
  const sources = [...text.matchAll(/ Source="\$\(var\.appDir\)[\\/]([^"]+)"/g)].map(([, name = '']) =>
    name.replaceAll('\\', '/'),
  );
  return {
    problems: [...problems, ...differences(sources, await filesIn(unpacked.folder), 'the installer')],
  };
}

async function inTemporaryFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-look-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const installerChecks: readonly InstallerCheck[] = [
  { platform: 'linux', target: 'tar.gz', tools: ['7za', 'tar'], name: '.tar.gz: all files', find: tarFiles },
  {
    platform: 'linux',
    target: 'deb',
    tools: ['dpkg-deb'],
    name: '.deb: what it says of itself',
    find: debFields,
  },
  {
    platform: 'linux',
    target: 'deb',
    tools: ['dpkg-deb'],
    name: '.deb: all files and icons, of root, writable by root alone',
    find: debFiles,
  },
  {
    platform: 'linux',
    target: 'deb',
    tools: ['dpkg-deb'],
    name: ".deb: installing and purging touch nobody's data",
    find: debScripts,
  },
  {
    platform: 'linux',
    target: 'deb',
    tools: ['dpkg-deb', 'desktop-file-validate'],
    name: '.deb: desktop entry',
    find: debDesktopEntry,
  },
  {
    platform: 'linux',
    target: 'AppImage',
    tools: ['mksquashfs', 'unsquashfs', 'desktop-file-validate'],
    name: 'AppImage: all files and icons, desktop entry, sandbox kept',
    find: appImage,
  },
  { platform: 'win32', target: 'zip', tools: ['7za'], name: '.zip: all files', find: zipFiles },
  {
    platform: 'win32',
    target: 'nsis',
    tools: ['7za'],
    name: 'installer (.exe): asks for whom, keeps the data',
    find: nsisSettings,
  },
  {
    platform: 'win32',
    target: 'msi',
    tools: [],
    name: 'installer (.msi): all files, for all users, keeps the data',
    find: msiSource,
  },
  { platform: 'darwin', target: 'zip', tools: ['7za'], name: '.zip: all files', find: zipFiles },
];
