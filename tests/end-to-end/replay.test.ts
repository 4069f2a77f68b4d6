import { expect, test } from 'vitest';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { readTiles, untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';

const suite = consoleSuite();

test('a guard looks back in one tile by keys, picture by picture, also while the camera is away, and the others stay live', async () => {
  const fleet = suite.owned.use(await startVirtualCameras({ count: 2 }));
  const { page, engine, errors } = await suite.openWith(demoCameraInputs(fleet.cameras));
  await untilTiles(page, 'live', 2);
  const tile = (state: string) => page.locator(`[data-tile][data-camera-number="1"][data-state="${state}"]`);
  const pixels = async () => (await readTiles(page))[0]?.pixels;
  // There must be something to go through.
  const keptMilliseconds = () =>
    Math.min(
      ...engine.cameras
        .statuses()
        .flatMap(({ status }) => (status.state === 'playing' ? [Date.now() - status.since] : [])),
    );
  await expect.poll(keptMilliseconds).toBeGreaterThan(5_000);
  await page.locator('[data-tile][data-camera-number="1"]').click();
  await page.getByRole('button', { name: 'Look back with camera 1' }).click();
  await tile('replay')
    .getByText(/^REPLAY −00:\d\d$/)
    .waitFor();
  await untilTiles(page, 'live', 1);
  await page.keyboard.press('k');
  await page.getByRole('button', { name: 'Go on' }).waitFor();
  // The boxes along the bar are there at once, and get their pictures one after the other.
  const boxes = page.locator('[data-scrub-strip] canvas');
  await boxes.first().waitFor();
  await expect
    .poll(
      async () =>
        (await page.locator('[data-scrub-strip] canvas[data-drawn]').count()) >= (await boxes.count()) - 1,
    )
    .toBe(true);
  // What is under the pointer on the bar, before anybody goes there.
  await page.getByLabel('Moment').hover();
  await page.locator('[data-scrub-preview] canvas[data-drawn]').waitFor();
  // It stands until it is told otherwise, and each step is another picture.
  let before: number | undefined;
  await expect
    .poll(async () => {
      const last = before;
      before = await pixels();
      return before === last;
    })
    .toBe(true);
  for (const key of ['.', '.', ',']) {
    await page.keyboard.press(key);
    await expect.poll(pixels).not.toBe(before);
    before = await pixels();
  }
  // However large the tile becomes.
  await page.keyboard.press('Enter');
  await page.locator('[data-tile][data-maximised][data-state="replay"]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('[data-tile][data-maximised]').waitFor({ state: 'detached' });
  await tile('replay').waitFor();
  // The past of a camera is there while the camera is not.
  const rebooting = fleet.cameras[0]?.reboot(3);
  await expect
    .poll(() => engine.cameras.statuses().some(({ status }) => status.state === 'waiting'))
    .toBe(true);
  await page.keyboard.press(',');
  await expect.poll(pixels).not.toBe(before);
  await tile('replay').waitFor();
  await page.keyboard.press('l');
  await tile('replay').waitFor({ state: 'detached' });
  await rebooting;
  await tile('live').waitFor();
  expect(errors).toEqual([]);
});
