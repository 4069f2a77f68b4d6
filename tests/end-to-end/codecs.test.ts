import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { VirtualCameraOptions } from '../../main/demo/virtual-camera.ts';
import { startVirtualCameras, type VirtualFleet } from '../../main/demo/virtual-fleet.ts';
import { readTiles, untilPicturesChange, untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';

const suite = consoleSuite();

/** Cameras in these formats, with their sub-streams unless they are left out. */
async function start(
  codecs: readonly VirtualCameraOptions['codecs'][],
  hasSub = true,
): Promise<{ fleet: VirtualFleet; page: Page; errors: string[] }> {
  const fleet = suite.owned.use(await startVirtualCameras({ count: codecs.length, codecs }));
  const inputs = fleet.cameras.map(({ name, mainUrl, subUrl }) => ({
    name,
    group: '',
    mainUrl,
    subUrl: hasSub ? subUrl : null,
  }));
  return { fleet, ...(await suite.openWith(inputs)) };
}

test('MJPEG and H.264 move side by side, and MJPEG that stops is called old', async () => {
  const { fleet, page, errors } = await start([undefined, { sub: 'JPEG' }, { sub: 'JPEG' }, undefined]);
  await untilTiles(page, 'live', 4);
  await untilPicturesChange(page);
  expect((await readTiles(page)).map(({ width, height }) => [width, height])).toEqual(
    Array.from({ length: 4 }, () => [640, 360]),
  );
  fleet.cameras[1]?.silence(true);
  await untilTiles(page, 'live', 3);
  // Its last picture stays.
  expect((await readTiles(page))[1]?.pixels).not.toBe(0);
  fleet.cameras[1]?.silence(false);
  await untilTiles(page, 'live', 4);
  await untilPicturesChange(page);
  expect(errors).toEqual([]);
});

test('a tile goes from MJPEG to H.264 and back without another offer', async () => {
  const { page } = await start([{ sub: 'JPEG' }, undefined, undefined, undefined]);
  await untilTiles(page, 'live', 4);
  await page.evaluate(() => {
    for (const peer of window.gatehousePeers)
      peer.addEventListener('signalingstatechange', () =>
        document.body.setAttribute('data-renegotiated', ''),
      );
  });
  await page.locator('[data-tile]').first().click();
  await page.locator('canvas[data-picture][data-shown="true"]').waitFor();
  await page.keyboard.press('Enter');
  await page.waitForFunction(
    () =>
      document.querySelector<HTMLVideoElement>('[data-maximised] video[data-shown="true"]')?.videoWidth ===
      1280,
  );
  await page.keyboard.press('Escape');
  await page.locator('canvas[data-picture][data-shown="true"]').waitFor();
  await untilTiles(page, 'live', 4);
  await untilPicturesChange(page);
  expect(await page.locator('body[data-renegotiated]').count()).toBe(0);
});

test('a main stream in H.265 that Chromium cannot show gives way to the small one, in words', async () => {
  const { page } = await start([{ main: 'H265' }, undefined, undefined, undefined]);
  await untilTiles(page, 'live', 4);
  await page.locator('[data-tile]').first().click();
  await page.keyboard.press('Enter');
  await page
    .getByText('Main stream is H.265, which this computer cannot show: showing the small one.')
    .waitFor();
  await page.locator('[data-maximised][data-profile="sub"][data-state="live"]').waitFor();
  await untilPicturesChange(page);
});

test('a camera that has nothing but H.265 says what is missing, and what to do', async () => {
  const { page } = await start([{ main: 'H265' }], false);
  await page.getByText('H.265 cannot be shown here', { exact: true }).waitFor();
  await page.getByText('this computer has no decoder for it').waitFor();
});
