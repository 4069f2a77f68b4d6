import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';

const suite = consoleSuite();

test('a guard keeps the last seconds of a camera and records it, sees both in the list, plays, names, downloads and removes them', async () => {
  const fleet = suite.owned.use(await startVirtualCameras({ count: 1, sounds: ['PCMU'] }));
  const { page, errors } = await suite.openWith(demoCameraInputs(fleet.cameras));
  await untilTiles(page, 'live', 1);
  await page.locator('[data-tile][data-camera-number="1"]').click();
  await page.keyboard.press('r');
  await page
    .locator('[data-recording]')
    .getByText(/^REC \d+ s$/)
    .waitFor();
  await page.keyboard.press('Shift+R');
  await page.getByText(/^Camera 1: .* kept, with sound/).waitFor();
  await page.keyboard.press('Shift+P');
  // At full resolution, with a strip below.
  await page.getByText('a picture was kept, 1280 × 760').waitFor();
  await page.keyboard.press('r');
  await page.getByText(/^Camera 1: .* recorded/).waitFor();
  await page.locator('[data-recording]').waitFor({ state: 'detached' });

  await page.keyboard.press('o');
  const rows = page.locator('[data-clip-id]');
  await expect.poll(() => rows.count()).toBe(3);
  await expect.poll(() => page.locator('[data-clip-id] canvas[data-drawn]').count()).toBe(3);
  await rows.first().getByRole('button', { name: 'Rename' }).click();
  await page.getByLabel('Name of the clip').fill('Gate left open');
  await page.keyboard.press('Enter');
  await rows.first().getByText('Gate left open').waitFor();
  await rows
    .first()
    .getByRole('button', { name: /^Play the clip/ })
    .click();
  const plays = () =>
    page.locator('dialog video').evaluate((element) => {
      const video = element as HTMLVideoElement & { webkitAudioDecodedByteCount: number };
      return video.currentTime > 0.2 && video.webkitAudioDecodedByteCount > 0;
    });
  await expect.poll(plays).toBe(true);

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    rows.first().getByRole('button', { name: 'Download' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/camera 1 .*Gate left open\.mp4$/);
  expect((await readFile(await download.path())).toString('latin1', 4, 8)).toBe('ftyp');

  const folder = await exportAll(page, 3);
  const check = await page.context().newPage();
  await check.goto(pathToFileURL(path.join(folder, 'verify.html')).href);
  const names = await readdir(folder);
  const choose = () =>
    check
      .locator('input')
      .setInputFiles(names.filter((name) => name !== 'verify.html').map((name) => path.join(folder, name)));
  await choose();
  await expect.poll(() => check.locator('[data-verdict=good]').count()).toBe(3);
  expect(await check.locator('#key code').textContent()).toMatch(/^[0-9a-f]{64}$/);
  // One bit, in the middle of one of them.
  const changed = path.join(folder, names.find((name) => name.endsWith('.mp4')) ?? '');
  const content = await readFile(changed);
  content.writeUInt8(content.readUInt8(content.length >> 1) ^ 1, content.length >> 1);
  await writeFile(changed, content);
  await choose();
  await check.locator('[data-verdict=bad]').getByText('CHANGED since it was saved').waitFor();
  expect(await check.locator('[data-verdict=good]').count()).toBe(2);

  for (const left of [2, 1, 0]) {
    await rows.first().getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Remove for good' }).click();
    await expect.poll(() => rows.count()).toBe(left);
  }
  await page.getByText('Nothing was kept yet.').waitFor();
  expect(errors).toEqual([]);
});

test('a page asks before it is left while it exports; the next one removes what was half there, and says so', async () => {
  const page = await exportForEver();
  const asked = page.waitForEvent('dialog');
  const reloaded = page.reload();
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.accept();
  await reloaded;
  await page.getByText('What was half there').waitFor();
  expect(await exportFolders(page)).toEqual([]);
  // And no third page speaks of it.
  await page.reload();
  await untilTiles(page, 'live', 1);
  await page.keyboard.press('o');
  await page.locator('[data-clip-id]').waitFor();
  expect(await page.getByText('An export was cut short').count()).toBe(0);
});

test('where the browser asks before anything is removed, the list of clips does it on a click, and chooses the clips anew', async () => {
  const page = await exportForEver();
  page.on('dialog', (dialog) => void dialog.accept());
  // What a browser says in which nobody has allowed the folder since.
  await page.addInitScript(() => {
    Object.assign(FileSystemDirectoryHandle.prototype, { queryPermission: async () => 'prompt' });
  });
  await page.reload();
  await page.getByText('An export was cut short').waitFor();
  expect(await exportFolders(page)).toHaveLength(1);
  await page.keyboard.press('o');
  await page.getByRole('button', { name: 'Remove that folder' }).click();
  await page.getByRole('button', { name: 'Export 1…' }).waitFor();
  await page.getByRole('button', { name: 'Remove that folder' }).waitFor({ state: 'detached' });
  expect(await exportFolders(page)).toEqual([]);
});

test('a page leaves alone what another one still exports, and removes what nobody does', async () => {
  const page = await exportForEver();
  const [exported] = await exportFolders(page);
  await page.evaluate(async () => {
    const parent = await navigator.storage.getDirectory();
    await parent.getDirectoryHandle('Gatehouse of before', { create: true });
    const opening = indexedDB.open('gatehouse.exports');
    await new Promise((resolve) => opening.addEventListener('success', resolve));
    const begun = opening.result.transaction('begun', 'readwrite').objectStore('begun');
    // Behind the other one.
    begun.put({ id: 'z', parent, folder: 'Gatehouse of before', clipIds: [] });
    await new Promise((resolve) => begun.transaction.addEventListener('complete', resolve));
    opening.result.close();
  });
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.getByText('What was half there in “Gatehouse of before”').waitFor();
  expect(await exportFolders(page)).toEqual([exported]);
  await other.keyboard.press('o');
  await other.locator('[data-clip-id]').waitFor();
  expect(await other.getByRole('button', { name: 'Remove that folder' }).count()).toBe(0);
});

/** A window that has kept a clip and exports it into a folder that takes nothing, nor refuses it. */
async function exportForEver(): Promise<Page> {
  const fleet = suite.owned.use(await startVirtualCameras({ count: 1 }));
  const { page } = await suite.openWith(demoCameraInputs(fleet.cameras));
  await untilTiles(page, 'live', 1);
  await page.locator('[data-tile][data-camera-number="1"]').click();
  await page.keyboard.press('Shift+R');
  await page.getByText(/^Camera 1: .* kept/).waitFor();
  await page.evaluate(() => {
    Object.assign(window, { showDirectoryPicker: () => navigator.storage.getDirectory() });
    FileSystemWritableFileStream.prototype.write = () => new Promise(() => {});
  });
  await page.keyboard.press('o');
  await page.getByRole('checkbox', { name: 'Export the clip' }).check();
  await page.getByRole('button', { name: 'Export 1…' }).click();
  await expect.poll(() => exportFolders(page)).toHaveLength(1);
  return page;
}

/** What is in the folder of the browser's own. */
async function exportFolders(page: Page): Promise<string[]> {
  return await page.evaluate(async () => {
    const names: string[] = [];
    const root = (await navigator.storage.getDirectory()) as unknown as AsyncIterable<[string, unknown]>;
    for await (const [name] of root) names.push(name);
    return names;
  });
}

/** Exports what is in the list into a folder of the browser's own, since nobody is there to choose one; the same, outside. */
async function exportAll(page: Page, clips: number): Promise<string> {
  await page.evaluate(() => {
    Object.assign(window, { showDirectoryPicker: () => navigator.storage.getDirectory() });
  });
  await page.getByLabel('Choose all').check();
  await page.getByRole('button', { name: `Export ${clips}…` }).click();
  await page.getByRole('dialog').getByText(`${clips} clips are in`).waitFor();
  const files = await page.evaluate(async () => {
    const read: [name: string, base64: string][] = [];
    type Folder<Entry> = AsyncIterable<[string, Entry]>;
    const chosen = (await navigator.storage.getDirectory()) as unknown as Folder<
      Folder<FileSystemFileHandle>
    >;
    const folders: Folder<FileSystemFileHandle>[] = [];
    for await (const [name, handle] of chosen) if (name.startsWith('Gatehouse ')) folders.push(handle);
    for await (const [name, handle] of folders[0] ?? []) {
      const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
      read.push([name, btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))]);
    }
    return read;
  });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-export-'));
  suite.owned.defer(() => rm(folder, { recursive: true, force: true }));
  for (const [name, base64] of files) await writeFile(path.join(folder, name), Buffer.from(base64, 'base64'));
  return folder;
}
