import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { listPackage } from '@electron/asar';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fuseWire } from '../../build/package/fake-electron.ts';
import { packLinuxFolder } from '../../build/package/linux-folder.ts';
import { untilPicturesChange, untilTiles } from '../support/console-page.ts';
import { engineProcesses, launchDesktop, standInFor, temporaryData } from '../support/desktop-app.ts';

/*
 * What an installer gets: the packed app, around a fake Electron, with the stand-in in its place when it is run.
 */

let owned: AsyncDisposableStack;
let folder: string;
let inside: string[];

beforeAll(async () => {
  owned = new AsyncDisposableStack();
  folder = await packLinuxFolder(await temporaryData(owned));
  inside = listPackage(path.join(folder, 'resources/app.asar'), { isPack: false });
});
afterAll(async () => {
  await owned.disposeAsync();
});

test('the archive holds the app and SQLite, and nothing else', async () => {
  const wanted =
    /^\/(package\.json|dist(\/(main|preload|renderer)(\/.*)?)?|node_modules(\/better-sqlite3(\/.*)?)?)$/;
  expect(inside.filter((file) => !wanted.test(file))).toEqual([]);
  expect(inside.filter((file) => /\.(map|ts|md|c|h|gyp)$|\/tests?\//.test(file))).toEqual([]);
  expect(inside).toContain('/dist/main/desktop.js');
  expect(inside).toContain('/dist/main/engine-process.js');
  expect(inside).toContain('/dist/preload/preload.cjs');
  expect(inside).toContain('/dist/renderer/index.html');
  const { size } = await stat(path.join(folder, 'resources/app.asar'));
  expect(size).toBeLessThanOrEqual(8 * 1024 * 1024);
});

test('of the binaries only the one of its system is in, beside the archive', async () => {
  expect(inside.filter((file) => file.endsWith('.node'))).toEqual([
    '/node_modules/better-sqlite3/prebuilds/linux-x64.node',
  ]);
  const unpacked = path.join(folder, 'resources/app.asar.unpacked/node_modules/better-sqlite3/prebuilds');
  expect(await readdir(unpacked)).toEqual(['linux-x64.node']);
});

test('the fuses are set: no Node, no options of it, no inspector, the archive alone', async () => {
  const wire = fuseWire(await readFile(path.join(folder, 'gatehouse')));
  // In Electron's order: RunAsNode, cookies, NODE_OPTIONS, inspector, integrity, only asar, snapshot, file privileges.
  expect(wire?.slice(0, 8)).toBe('01001100');
});

test('icons, clips and the licences of what is inside lie beside the archive', async () => {
  const resources = path.join(folder, 'resources');
  expect((await readdir(path.join(resources, 'icons/tray'))).sort()).toEqual(
    ['attention', 'ok', 'trouble'].flatMap((name) => [`${name}.png`, `${name}@2x.png`]),
  );
  expect((await readdir(path.join(resources, 'build/clips'))).length).toBeGreaterThan(10);
  const licences = await readFile(path.join(resources, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
  for (const name of ['werift', 'fastify', 'zod', 'better-sqlite3', 'svelte']) {
    expect(licences).toMatch(new RegExp(`\n${name} \\d+\\.\\d+\\.\\d+\nLicence: MIT`));
  }
});

test('the packed app shows pictures, brings its engine back, and quits', async () => {
  const executable = path.join(folder, 'gatehouse');
  await standInFor(executable);
  const dataFolder = await temporaryData(owned);
  const desktop = await launchDesktop(owned, { packaged: executable, dataFolder, parameters: ['--demo=4'] });
  await untilTiles(desktop.page, 'live', 4);
  expect(await desktop.app.evaluate(({ app }) => app.isPackaged)).toBe(true);
  const [engine = 0] = await engineProcesses(desktop);
  process.kill(engine, 'SIGKILL');
  await desktop.page.getByText('The engine has ended unexpectedly.').waitFor();
  await untilTiles(desktop.page, 'live', 4);
  await untilPicturesChange(desktop.page);
  expect(await desktop.quit()).toBe(0);
});
