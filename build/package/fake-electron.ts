import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createPackage } from '@electron/asar';
import { NtExecutable, NtExecutableResource, Resource } from 'resedit';

/*
 * A folder that looks like an unpacked Electron to the packager, so that packages can be built and looked at where Electron's
 * own cannot be had. What is built from it does not run.
 */

/** The systems that packages are made for, in Node's words. */
export type PackagePlatform = 'linux' | 'win32' | 'darwin';

/** How Electron's executable says which fuses are set: this text, a version, how many there are, and a digit for each. */
const fuseSentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const fuses = 9;
const wire = Buffer.concat([Buffer.from(fuseSentinel), Buffer.from([1, fuses]), Buffer.alloc(fuses, '0')]);
const unitedStatesEnglish = { lang: 1033, codepage: 1200 };

/** @param folder is made */
export async function makeFakeElectron(
  folder: string,
  platform: PackagePlatform,
  version: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'version'), version);
  await writeFile(path.join(folder, 'LICENSE'), 'fake\n');
  await writeFile(path.join(folder, 'LICENSES.chromium.html'), 'fake\n');
  switch (platform) {
    case 'linux':
      return await makeLinux(folder);
    case 'win32':
      return await makeWindows(folder);
    case 'darwin':
      return await makeMac(folder);
  }
}

async function makeLinux(folder: string): Promise<void> {
  const elf = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const executable = Buffer.concat([elf, Buffer.alloc(64), wire, Buffer.alloc(64)]);
  await writeFakes(folder, [
    'chrome-sandbox',
    'chrome_crashpad_handler',
    'icudtl.dat',
    'resources.pak',
    'locales/en-US.pak',
  ]);
  await writeExecutable(path.join(folder, 'electron'), executable);
  await writeDefaultApp(path.join(folder, 'resources'));
}

async function makeWindows(folder: string): Promise<void> {
  const executable = NtExecutable.createEmpty(false, false);
  const resources = NtExecutableResource.from(executable, true);
  // The packager looks for the one language of the version, to put the archive's checksum beside it.
  const about = Resource.VersionInfo.createEmpty();
  about.setStringValues(unitedStatesEnglish, { ProductName: 'Electron' });
  about.outputToResourceEntries(resources.entries);
  resources.outputResource(executable);
  await writeFakes(folder, ['ffmpeg.dll', 'icudtl.dat', 'resources.pak', 'locales/en-US.pak']);
  executable.setExtraData(wire);
  await writeFile(path.join(folder, 'electron.exe'), Buffer.from(executable.generate()));
  await writeDefaultApp(path.join(folder, 'resources'));
}

async function makeMac(folder: string): Promise<void> {
  const contents = path.join(folder, 'Electron.app/Contents');
  const helpers = ['', ' (GPU)', ' (Plugin)', ' (Renderer)'].map((kind) => `Electron Helper${kind}`);
  for (const [name, place] of [
    ['Electron', contents] as const,
    ...helpers.map((helper) => [helper, path.join(contents, `Frameworks/${helper}.app/Contents`)] as const),
  ]) {
    await mkdir(path.join(place, 'MacOS'), { recursive: true });
    await writeFile(path.join(place, 'Info.plist'), propertyList({ CFBundleExecutable: name }));
    await writeExecutable(path.join(place, 'MacOS', name), Buffer.from('fake\n'));
  }
  const framework = path.join(contents, 'Frameworks/Electron Framework.framework');
  await mkdir(path.join(framework, 'Resources'), { recursive: true });
  await writeExecutable(path.join(framework, 'Electron Framework'), wire);
  await writeDefaultApp(path.join(contents, 'Resources'));
}

function propertyList(entries: Readonly<Record<string, string>>): string {
  const lines = Object.entries(entries).map(([key, value]) => `<key>${key}</key><string>${value}</string>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict>${lines.join('')}</dict></plist>\n`;
}

async function writeFakes(folder: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), 'fake\n');
  }
}

async function writeExecutable(file: string, content: Buffer): Promise<void> {
  await writeFile(file, content);
  await chmod(file, 0o755);
}

async function writeDefaultApp(resources: string): Promise<void> {
  const welcome = path.join(resources, 'welcome');
  await mkdir(welcome, { recursive: true });
  await writeFile(path.join(welcome, 'package.json'), '{}');
  await createPackage(welcome, path.join(resources, 'default_app.asar'));
  await rm(welcome, { recursive: true });
}

/** The digits of the fuses of an executable, `1` is on; undefined when it has none. */
export function fuseWire(executable: Buffer): string | undefined {
  const at = executable.indexOf(fuseSentinel);
  if (at < 0) return undefined;
  const count = executable[at + fuseSentinel.length + 1] ?? 0;
  const from = at + fuseSentinel.length + 2;
  return executable.subarray(from, from + count).toString('latin1');
}
