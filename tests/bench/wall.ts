import type { Page } from 'playwright-core';
import { firstCameras, untilLive } from './probed-page.ts';

/** Square walls that the console has. */
export const wallSizes = [9, 16, 25, 36, 49, 64, 81, 100] as const;
export type WallSize = (typeof wallSizes)[number];

/** Shows the first cameras; resolves when all of them are live. @throws Error when they are not within the time */
export async function showWall(page: Page, size: WallSize, timeout?: number): Promise<void> {
  await page.getByRole('button', { name: /Shape of the wall/ }).click();
  await page.getByRole('menuitem', { name: `${size} cameras`, exact: true }).click();
  for (let pages = 0; pages < 3; pages++) await page.keyboard.press('PageUp');
  await page.waitForSelector(`[data-wall-size="${size}"]`);
  await untilLive(page, firstCameras(size), timeout);
}
