import { expect, test } from 'vitest';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';

const suite = consoleSuite();

test('the wheel enlarges a tile under the pointer from the main stream, a drag moves it, and it is whole again by Escape, by a double click and for another camera', async () => {
  const fleet = suite.owned.use(await startVirtualCameras({ count: 9 }));
  const { page, errors } = await suite.openWith(demoCameraInputs(fleet.cameras));
  await untilTiles(page, 'live', 9);
  const tile = page.locator('[data-tile]').nth(4);
  const map = tile.locator('[data-zoom]');
  const part = () =>
    map.locator('.part').evaluate((shown: HTMLElement) => ({
      left: Number.parseFloat(shown.style.left),
      top: Number.parseFloat(shown.style.top),
    }));
  const box = await tile.boundingBox();
  if (box === null) throw new Error('no tile');
  const enlarge = async () => {
    await page.mouse.move(box.x + box.width * 0.75, box.y + box.height * 0.6);
    await page.mouse.wheel(0, -700);
    await map.waitFor();
  };
  await enlarge();
  await page.locator('[data-tile][data-camera-number="5"][data-profile="main"][data-state="live"]').waitFor();
  expect((await part()).left).toBeGreaterThan(40);
  // The others stay as they are.
  expect(await page.locator('[data-zoom]').count()).toBe(1);

  const before = await part();
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.7);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.7, { steps: 5 });
  await page.mouse.up();
  expect((await part()).left).toBeLessThan(before.left);
  expect((await part()).top).toBeCloseTo(before.top, 0);
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Escape');
  await map.waitFor({ state: 'detached' });
  await page.locator('[data-tile][data-camera-number="5"][data-profile="sub"][data-state="live"]').waitFor();

  await enlarge();
  await tile.dblclick({ position: { x: box.width * 0.3, y: box.height * 0.7 } });
  await map.waitFor({ state: 'detached' });
  expect(await page.locator('[data-maximised]').count()).toBe(0);

  // What is enlarged is a part of that camera.
  await page.keyboard.press('+');
  await map.waitFor();
  for (const key of ['7', 'Enter', 'Enter']) await page.keyboard.press(key);
  await page.locator('[data-tile][data-maximised][data-camera-number="7"]').waitFor();
  expect(await page.locator('[data-tile][data-maximised] [data-zoom]').count()).toBe(0);
  expect(errors).toEqual([]);
});
