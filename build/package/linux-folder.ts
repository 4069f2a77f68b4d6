import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Arch, build, Platform } from 'electron-builder';
import { makeFakeElectron } from './fake-electron.ts';
import { writeLicences } from './licences.ts';

const root = path.resolve(import.meta.dirname, '../..');

/**
 * Packs the built app for Linux as a folder, around a fake Electron.
 * @param folder where `linux-unpacked` is made: not where somebody might take it for the real one
 */
export async function packLinuxFolder(folder: string): Promise<string> {
  await writeLicences(path.join(root, 'dist/THIRD-PARTY-LICENSES.txt'));
  const electron = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-fake-electron-'));
  try {
    await makeFakeElectron(electron, '45.4.1');
    await build({
      projectDir: root,
      targets: Platform.LINUX.createTarget('dir', Arch.x64),
      publish: 'never',
      config: {
        extends: path.join(root, 'electron-builder.yml'),
        electronDist: electron,
        directories: { output: folder },
      },
    });
  } finally {
    await rm(electron, { recursive: true });
  }
  return path.join(folder, 'linux-unpacked');
}
