import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';

const suite = consoleSuite();

test('the health of all cameras is sorted, searched, saved as CSV, and leads to the day of a camera', async () => {
  const fleet = suite.owned.use(await startVirtualCameras({ count: 3 }));
  const broken = { name: 'Back door', group: '', mainUrl: 'rtsp://127.0.0.1:9/main', subUrl: null };
  const { page, errors } = await suite.openWith([...demoCameraInputs(fleet.cameras), broken]);
  await untilTiles(page, 'live', 3);
  await untilTiles(page, 'waiting', 1);
  await page.keyboard.press('i');
  const rows = page.locator('[data-health-row]');
  // What has the most to do comes first.
  await rows.first().and(page.locator('[data-health-row="4 main"]')).waitFor();
  await rows.filter({ hasText: 'H.264' }).nth(2).waitFor();
  await page
    .locator('[data-health-decoding]')
    .getByText(/^Decoding: /)
    .waitFor();
  await page.getByRole('button', { name: 'No.', exact: true }).click();
  await page.getByRole('button', { name: 'No.', exact: true }).click();
  await page.locator('[aria-sort="descending"]').getByText('No.').waitFor();
  expect(await rows.first().getAttribute('data-health-row')).toBe('4 main');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'CSV' }).click(),
  ]);
  const lines = (await readFile(await download.path(), 'utf8')).split('\r\n');
  expect(lines[0]).toMatch(/^number,camera,stream,state,format,kbit\/s,fps,/);
  expect(lines[1]).toMatch(/^4,Back door,Main,No picture,/);
  await page.getByLabel('Search cameras').fill('back');
  await expect.poll(() => rows.count()).toBe(1);
  await page.getByLabel('Search cameras').fill('');
  await page.locator('[data-health-row="1 sub"]').getByRole('button').click();
  await page.getByRole('dialog', { name: /the last day$/ }).waitFor();
  // Six charts, drawn.
  await expect.poll(() => page.locator('.u-wrap canvas').count()).toBeGreaterThanOrEqual(6);
  expect(errors).toEqual([]);
});
