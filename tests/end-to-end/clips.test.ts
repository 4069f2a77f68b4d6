import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';

const suite = consoleSuite();

test('a guard keeps the last seconds of a camera and records it, sees both in the list, plays, names, downloads and removes them', async () => {
  const fleet = suite.owned.use(await startVirtualCameras({ count: 1 }));
  const { page, errors } = await suite.openWith(demoCameraInputs(fleet.cameras));
  await untilTiles(page, 'live', 1);
  await page.locator('[data-tile][data-camera-number="1"]').click();
  await page.keyboard.press('r');
  await page
    .locator('[data-recording]')
    .getByText(/^REC \d+ s$/)
    .waitFor();
  await page.keyboard.press('Shift+R');
  await page.getByText(/^Camera 1: .* kept, without sound/).waitFor();
  await page.keyboard.press('r');
  await page.getByText(/^Camera 1: .* recorded/).waitFor();
  await page.locator('[data-recording]').waitFor({ state: 'detached' });

  await page.keyboard.press('o');
  const rows = page.locator('[data-clip-id]');
  await expect.poll(() => rows.count()).toBe(2);
  await expect.poll(() => page.locator('[data-clip-id] canvas[data-drawn]').count()).toBe(2);
  await rows.first().getByRole('button', { name: 'Rename' }).click();
  await page.getByLabel('Name of the clip').fill('Gate left open');
  await page.keyboard.press('Enter');
  await rows.first().getByText('Gate left open').waitFor();
  await rows
    .first()
    .getByRole('button', { name: /^Play the clip/ })
    .click();
  const plays = () =>
    page.locator('dialog video').evaluate((video) => (video as HTMLVideoElement).currentTime > 0.2);
  await expect.poll(plays).toBe(true);

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    rows.first().getByRole('button', { name: 'Download' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/camera 1 .*Gate left open\.mp4$/);
  expect((await readFile(await download.path())).toString('latin1', 4, 8)).toBe('ftyp');
  for (const left of [1, 0]) {
    await rows.first().getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Remove for good' }).click();
    await expect.poll(() => rows.count()).toBe(left);
  }
  await page.getByText('Nothing was kept yet.').waitFor();
  expect(errors).toEqual([]);
});
