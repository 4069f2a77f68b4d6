import type { CDPSession, Page } from 'playwright-core';
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

/** A touch screen: fingers are the wide pointers of its browser. */
async function touchScreen(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 5 });
}

type Finger = readonly [x: number, y: number];

/** Puts fingers down, moves them in ten steps, and lifts them. */
async function drag(session: CDPSession, from: readonly Finger[], to: readonly Finger[]): Promise<void> {
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', share: number) => {
    const between = (finger: Finger, index: number) => {
      const [x, y] = to[index] ?? finger;
      return { id: index, x: finger[0] + (x - finger[0]) * share, y: finger[1] + (y - finger[1]) * share };
    };
    return session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: type === 'touchEnd' ? [] : from.map(between),
    });
  };
  await touch('touchStart', 0);
  for (let step = 1; step <= 10; step++) await touch('touchMove', step / 10);
  await touch('touchEnd', 1);
}

test('on a touch screen a tap selects, two fingers enlarge, one moves what is enlarged, a double tap puts it back, and no target is smaller than a fingertip', async () => {
  const fleet = suite.owned.use(await startVirtualCameras({ count: 2 }));
  const engine = await suite.start(demoCameraInputs(fleet.cameras));
  const { page, errors } = await suite.open(engine, touchScreen);
  await untilTiles(page, 'live', 2);
  expect(await page.evaluate(() => matchMedia('(pointer: coarse)').matches)).toBe(true);
  const session = await page.context().newCDPSession(page);
  const tile = page.locator('[data-tile]').first();
  const box = await tile.boundingBox();
  if (box === null) throw new Error('no tile');
  const at = (x: number, y: number): Finger => [box.x + box.width * x, box.y + box.height * y];
  const tap = async (x: number, y: number) => await drag(session, [at(x, y)], [at(x, y)]);
  await tap(0.5, 0.5);
  await page.locator('[data-tile][data-camera-number="1"][aria-current="true"]').waitFor();
  await drag(session, [at(0.4, 0.5), at(0.6, 0.5)], [at(0.2, 0.5), at(0.8, 0.5)]);
  const map = tile.locator('[data-zoom]');
  await map.waitFor();
  const part = () =>
    map
      .locator('.part')
      .evaluate(({ style }: HTMLElement) => [style.left, style.top, style.width].map(Number.parseFloat));
  const [left = 0, top = 0, width = 0] = await part();
  // Three times as far apart, about the middle: the fingers do not move in the same moment.
  expect(Math.abs(width - 100 / 3)).toBeLessThan(2);
  expect(Math.abs(left - 100 / 3)).toBeLessThan(2);
  expect(await page.evaluate(() => visualViewport?.scale)).toBe(1);
  await drag(session, [at(0.7, 0.5)], [at(0.4, 0.5)]);
  const [moved = 0, level = 0, same = 0] = await part();
  expect(Math.abs(moved - left - 10)).toBeLessThan(1);
  expect([level, same]).toEqual([top, width]);
  // Neither a finger that moves nor two of them are a choice of something else.
  expect(await page.locator('[data-maximised]').count()).toBe(0);
  await tap(0.5, 0.6);
  await tap(0.5, 0.6);
  await map.waitFor({ state: 'detached' });
  expect(await page.locator('[data-maximised]').count()).toBe(0);

  await page.keyboard.press('j');
  await page.locator('[data-replay-bar]').waitFor();
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('button, a[href], input, select')]
      .filter((target) => target.checkVisibility({ visibilityProperty: true }))
      .map((target) => ({ target, box: target.getBoundingClientRect() }))
      .filter(({ box: { width, height } }) => Math.min(width, height) < 44)
      .map(
        ({ target, box: { width, height } }) =>
          `${target.ariaLabel ?? target.textContent}: ${width} x ${height}`,
      ),
  );
  expect(small).toEqual([]);
  expect(errors).toEqual([]);
});
