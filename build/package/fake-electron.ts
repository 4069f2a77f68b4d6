import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createPackage } from '@electron/asar';

/*
 * A folder that looks like an unpacked Electron to the packager, so that packages can be built and looked at where Electron's
 * own cannot be had. What is built from it does not run.
 */

/** How Electron's executable says which fuses are set: this text, a version, how many there are, and a digit for each. */
const fuseSentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const fuses = 9;

/** Linux's. @param folder is made */
export async function makeFakeElectron(folder: string, version: string): Promise<void> {
  await mkdir(path.join(folder, 'resources'), { recursive: true });
  await mkdir(path.join(folder, 'locales'), { recursive: true });
  const wire = Buffer.concat([Buffer.from(fuseSentinel), Buffer.from([1, fuses]), Buffer.alloc(fuses, '0')]);
  const elf = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  await writeFile(
    path.join(folder, 'electron'),
    Buffer.concat([elf, Buffer.alloc(64), wire, Buffer.alloc(64)]),
  );
  await chmod(path.join(folder, 'electron'), 0o755);
  const files = [
    'chrome-sandbox',
    'chrome_crashpad_handler',
    'icudtl.dat',
    'resources.pak',
    'locales/en-US.pak',
  ];
  for (const file of files) await writeFile(path.join(folder, file), 'fake\n');
  await writeFile(path.join(folder, 'version'), version);
  await writeFile(path.join(folder, 'LICENSE'), 'fake\n');
  await writeFile(path.join(folder, 'LICENSES.chromium.html'), 'fake\n');
  const welcome = path.join(folder, 'welcome');
  await mkdir(welcome);
  await writeFile(path.join(welcome, 'package.json'), '{}');
  await createPackage(welcome, path.join(folder, 'resources', 'default_app.asar'));
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
