import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import type { Layout } from '../../main/contract/layout.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { openStore } from '../../main/store/store.ts';
import { untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';
import { temporaryFolder } from '../support/console-window.ts';
import { Serve } from '../support/serve.ts';

declare global {
  interface Window {
    gatehouseTour: { frames: number; readonly walls: string[]; readonly blank: Record<string, number> };
  }
}

const suite = consoleSuite();

/** A console with these walls behind that of all cameras, and a window on it. */
async function open(
  count: number,
  walls: (cameraIds: readonly string[]) => readonly Omit<Layout, 'id'>[],
): Promise<{ page: Page; ids: string[] }> {
  const { cameras } = suite.owned.use(await startVirtualCameras({ count }));
  const folder = await temporaryFolder(suite.owned);
  const ids: string[] = [];
  {
    using store = openStore({ folder, log: createLog('silent') });
    for (const { name, mainUrl, subUrl } of cameras) {
      const added = { name, group: '', mainUrl, subUrl, onvifUrl: null, username: null, password: null };
      ids.push(store.cameras.insert({ ...added, connection: 'on-demand' }).id);
    }
    for (const wall of walls(ids)) store.layouts.save({ id: randomUUID(), ...wall });
  }
  const serve = suite.owned.use(await Serve.start(['--data', folder, '--port', '0']));
  const { page } = await suite.openUrl(serve.ready.url);
  await untilTiles(page, 'live', count);
  return { page, ids };
}

/** Looks at every frame of the page from now on: which wall it shows, and which of its tiles have no picture. */
async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = 8;
    canvas.height = 5;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    const seen: Window['gatehouseTour'] = { frames: 0, walls: [], blank: {} };
    window.gatehouseTour = seen;
    const isDrawn = (video: HTMLVideoElement | null) => {
      if (context === null || video === null || video.videoWidth === 0) return false;
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      return context
        .getImageData(0, 0, canvas.width, canvas.height)
        .data.some((value, at) => at % 4 < 3 && value > 24);
    };
    const look = () => {
      seen.frames++;
      const wall = document.querySelector<HTMLElement>('[data-layout-id]')?.getAttribute('aria-label') ?? '';
      if (seen.walls.at(-1) !== wall) seen.walls.push(wall);
      for (const tile of document.querySelectorAll<HTMLElement>('[data-tile][data-camera-id]')) {
        const { cameraNumber, state, profile } = tile.dataset;
        if (state === 'live' && isDrawn(tile.querySelector('video[data-shown="true"]'))) continue;
        const what = `${wall}: ${cameraNumber} ${profile} ${state}`;
        seen.blank[what] = (seen.blank[what] ?? 0) + 1;
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

test('a tour goes from wall to wall, of other sizes and cameras, without a frame that lacks a picture', async () => {
  const { page } = await open(6, (ids) => [
    { name: 'Small', grid: '4', tiles: ids.slice(0, 4), tourSeconds: 3 },
    { name: 'Large', grid: '6', tiles: ids.toReversed(), tourSeconds: 3 },
    { name: 'Single', grid: '1', tiles: ids.slice(4, 5), tourSeconds: 3 },
  ]);
  await page.keyboard.press('Shift+Digit2');
  await untilTiles(page, 'live', 4);
  await watchFrames(page);
  await page.keyboard.press('Shift+T');
  await page.locator('[data-tour="running"]').waitFor();
  await expect
    .poll(() => page.evaluate(() => window.gatehouseTour.walls))
    .toEqual(['Wall Small', 'Wall Large', 'Wall Single', 'Wall Small']);
  expect(await page.evaluate(() => window.gatehouseTour.blank)).toEqual({});
  await page.keyboard.press('ArrowRight');
  await page.locator('[data-tour="paused"]').waitFor();
});

test('a hotspot shows what is selected here and in another window; a pinned tile stays; a grid is drawn by keys', async () => {
  const { page, ids } = await open(4, ([first = '', second = '', third = '']) => [
    {
      name: 'Gate',
      grid: '6',
      tiles: [{ shows: 'hotspot' }, first, second, { shows: 'pinned', camera: third }, null, null],
    },
  ]);
  await page.keyboard.press('Shift+Digit2');
  const cameraIn = (index: number) => page.locator('[data-tile]').nth(index).getAttribute('data-camera-id');
  await page.locator('[data-tile]').nth(1).click();
  await expect.poll(() => cameraIn(0)).toBe(ids[0]);
  const other = await page.context().newPage();
  await other.goto(new URL('/', page.url()).href);
  await untilTiles(other, 'live', 4);
  await other.locator('[data-tile]').nth(1).click();
  await expect.poll(() => cameraIn(0)).toBe(ids[1]);
  // A window that comes later shows what is selected now.
  await page.reload();
  await expect.poll(() => cameraIn(0)).toBe(ids[1]);
  await other.close();

  await page.locator('[data-tile]').nth(3).click();
  await page.keyboard.press('4');
  await page.keyboard.press('Enter');
  await expect.poll(() => cameraIn(0)).toBe(ids[3]);
  expect(await cameraIn(3)).toBe(ids[2]);

  await page.keyboard.press('Shift+G');
  await page.locator('[data-grid-tile]:focus').waitFor();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('m');
  await page.keyboard.press('Escape');
  await page.locator('[data-wall-size="5"]').waitFor();
  await page.keyboard.press('Control+z');
  await page.locator('[data-wall-size="6"]').waitFor();
});

test('whatever was done to walls is taken back one by one, and seen: new, copied, renamed, moved, filled, emptied', async () => {
  const { page, ids } = await open(2, ([first = '', second = '']) => [
    { name: 'Gate', grid: '4', tiles: [first, { shows: 'hotspot' }] },
    { name: 'Yard', grid: '4', tiles: [second] },
  ]);
  const walls = () => page.locator('[data-layout-tab] .name').allTextContents();
  const shown = () => page.locator('[data-layout-tab][aria-current=true] .name').textContent();
  const undo = () => page.keyboard.press('Control+z');
  const menu = async (entry: string) => {
    await page.getByRole('button', { name: 'What to do with wall Gate' }).click();
    await page.getByRole('menuitem', { name: entry }).click();
  };
  await page.keyboard.press('Shift+Digit2');
  await page.locator('[data-tile]').nth(1).click();
  await page.keyboard.press('Delete');
  await page.getByText('Tile emptied.').waitFor();
  await page.keyboard.press('2');
  await page.keyboard.press('Enter');
  const second = () => page.locator('[data-tile]').nth(1).getAttribute('data-camera-id');
  await expect.poll(second).toBe(ids[1]);
  await menu('Duplicate');
  await expect.poll(walls).toEqual(['All cameras', 'Gate', expect.stringContaining('Gate'), 'Yard']);
  await undo();
  await expect.poll(walls).toEqual(['All cameras', 'Gate', 'Yard']);
  await menu('Rename');
  await page.getByRole('textbox', { name: 'Name' }).fill('Harbour');
  await page.keyboard.press('Enter');
  await expect.poll(walls).toEqual(['All cameras', 'Harbour', 'Yard']);
  await undo();
  await expect.poll(walls).toEqual(['All cameras', 'Gate', 'Yard']);
  await menu('Move right');
  await expect.poll(walls).toEqual(['All cameras', 'Yard', 'Gate']);
  await page.keyboard.press('Shift+Digit2');
  await expect.poll(shown).toBe('Yard');
  await undo();
  await expect.poll(walls).toEqual(['All cameras', 'Gate', 'Yard']);
  // The other wall is shown now: what is taken back on this one is seen.
  await undo();
  await expect.poll(shown).toBe('Gate');
  await expect.poll(second).toBeNull();
  await undo();
  await page.locator('[data-mark="hotspot"]').waitFor();
});
