import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createPackage } from '@electron/asar';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { version } from '../../main/base/version.ts';
import {
  type DesktopApp,
  launchDesktop,
  packedProgram,
  realElectron,
  standInFor,
  temporaryData,
} from '../support/desktop-app.ts';
import {
  fakeAppImage,
  makeKeys,
  UpdateFolder,
  type UpdateKeys,
  UpdateServer,
} from '../support/update-feed.ts';

/*
 * An AppImage that updates itself: a script that starts the packed app as the runtime of an AppImage does. The app is built with
 * a key of the test's own.
 */

const root = path.resolve(import.meta.dirname, '../..');

describe.skipIf(realElectron !== undefined)('updates (need the stand-in)', () => {
  let built: AsyncDisposableStack;
  let owned: AsyncDisposableStack;
  let keys: UpdateKeys;
  /** What is mounted from the AppImage. */
  let mounted: string;
  let dataFolder: string;
  let appImage: string;
  let old: string;
  let feed: UpdateFolder;

  beforeAll(async () => {
    built = new AsyncDisposableStack();
    keys = makeKeys();
    mounted = await temporaryData(built);
    const keyFile = path.join(mounted, 'update-key.pub');
    await writeFile(keyFile, keys.publicKey);
    const packed = path.join(mounted, 'packed');
    const vite = path.join(root, 'node_modules/vite/bin/vite.js');
    const parameters = ['build', '--config', path.join(root, 'build/vite.main.config.ts')];
    const output = ['--outDir', path.join(packed, 'dist/main'), '--logLevel', 'error'];
    await promisify(execFile)(process.execPath, [vite, ...parameters, ...output], {
      env: { ...process.env, GATEHOUSE_UPDATE_KEY_FILE: keyFile },
    });
    const parts = ['package.json', 'dist/preload', 'dist/renderer', 'node_modules/better-sqlite3'];
    for (const part of parts) {
      await cp(path.join(root, part), path.join(packed, part), {
        recursive: true,
        filter: (file) => !file.includes('better-sqlite3/deps'),
      });
    }
    await mkdir(path.join(mounted, 'resources'));
    await createPackage(packed, path.join(mounted, 'resources/app.asar'));
    // electron-builder puts it into every package.
    await writeFile(
      path.join(mounted, 'resources/app-update.yml'),
      'updaterCacheDirName: gatehouse-updater\n',
    );
    await writeFile(path.join(mounted, 'gatehouse'), '');
    await standInFor(path.join(mounted, 'gatehouse'));
  });
  afterAll(async () => {
    await built.disposeAsync();
  });

  beforeEach(async () => {
    owned = new AsyncDisposableStack();
    dataFolder = await temporaryData(owned);
    feed = await UpdateFolder.create(owned, keys);
    appImage = path.join(await temporaryData(owned), 'Gatehouse.AppImage');
    old = `#!/bin/sh\nAPPIMAGE="$0" APPDIR='${mounted}' exec '${mounted}/gatehouse' "$@"\n`;
    await writeFile(appImage, old, { mode: 0o755 });
  });
  afterEach(async () => {
    await owned.disposeAsync();
  });

  const start = (): Promise<DesktopApp> =>
    launchDesktop(owned, { program: packedProgram(appImage), dataFolder });
  const appImageText = () => readFile(appImage, 'utf8');

  async function openSettings(page: Page): Promise<Locator> {
    await page.getByRole('button', { name: 'Full screen', exact: true }).waitFor();
    await page.keyboard.press('s');
    return page.locator('.setting', { has: page.getByRole('heading', { name: 'Updates' }) });
  }

  async function setUp(page: Page, section: Locator, where: string): Promise<void> {
    await section.getByRole('button', { name: 'Set up updates…' }).click();
    await page.getByLabel('Server or folder').fill(where);
    await page.getByRole('button', { name: 'Save' }).click();
  }

  test('a tampered update is refused in words; the right one is installed when Gatehouse is closed', async () => {
    const server = await UpdateServer.start(owned, feed.folder);
    const name = await feed.publish('9.0.0');
    await writeFile(feed.file(name), fakeAppImage('6.6.6'));
    const { page, quit } = await start();
    const section = await openSettings(page);
    await section.getByText('Off: no server and no folder is set.').waitFor();
    expect(server.asked).toEqual([]);
    await setUp(page, section, server.url);
    await section.getByText('is not the file that the feed was signed for').waitFor();
    expect(await appImageText()).toBe(old);
    await feed.publish('9.0.0');
    await section.getByRole('button', { name: 'Check now' }).click();
    await section.getByText('Version 9.0.0 is installed when Gatehouse is closed.').waitFor();
    expect(await appImageText()).toBe(old);
    const backups = async () =>
      (await readdir(path.join(dataFolder, 'backups')).catch(() => [])).filter((name) =>
        name.endsWith('.db'),
      );
    // That of the first start.
    await expect.poll(backups).toHaveLength(1);
    expect(await quit()).toBe(0);
    expect(await backups()).toHaveLength(2);
    expect(await appImageText()).toBe(fakeAppImage('9.0.0'));
    await promisify(execFile)(appImage, ['--version']);
    expect(await readFile(`${appImage}.started`, 'utf8')).toBe('9.0.0 --version\n');
  });

  test('from a folder, now: the new version is started in the place of this one, as this one was', async () => {
    await feed.publish('9.0.0');
    const { page, exited } = await start();
    const section = await openSettings(page);
    await setUp(page, section, feed.folder);
    await section.getByRole('button', { name: 'Install now and restart' }).click();
    expect(await exited).toBe(0);
    while (!existsSync(`${appImage}.started`)) await delay(50);
    expect(await readFile(`${appImage}.started`, 'utf8')).toContain(`--data=${dataFolder}`);
    expect(await appImageText()).toBe(fakeAppImage('9.0.0'));
  });

  test('where the site file forbids updates nobody is asked, and the settings say so', async () => {
    const server = await UpdateServer.start(owned, feed.folder);
    await feed.publish('9.0.0');
    const updates = { feed: server.url, installAt: 'quit', forbidden: true };
    const site = { format: 'gatehouse-site', version: 1, updates };
    await writeFile(path.join(dataFolder, 'site.json'), JSON.stringify(site));
    const { page, quit } = await start();
    const section = await openSettings(page);
    await section.getByText('The site file forbids updates.').waitFor();
    await expect.poll(() => section.getByRole('button').count()).toBe(0);
    expect(await quit()).toBe(0);
    expect(server.asked).toEqual([]);
    expect(await appImageText()).toBe(old);
    expect(version).not.toBe('9.0.0');
  });
});
