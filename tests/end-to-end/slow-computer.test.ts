import { expect, test } from 'vitest';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';
import { brightnessOf, startScreencast } from '../support/screencast.ts';

const suite = consoleSuite();

test('while a page has no time a veil lies over its pictures, and none before and after', async () => {
  const fleet = suite.owned.use(await startVirtualCameras({ count: 4 }));
  const { page, errors } = await suite.openWith(demoCameraInputs(fleet.cameras));
  await untilTiles(page, 'live', 4);
  const worker = page.workers()[0] ?? (await page.waitForEvent('worker'));
  const cast = await startScreencast(suite.owned, page);
  // In a process of its own.
  const { page: reader } = await suite.openUrl('about:blank');
  const brightness = () => brightnessOf(reader, cast.picture);
  const usual = await brightness();
  // Both threads have drawn.
  await worker.evaluate(() => new Promise(requestAnimationFrame));
  await page.evaluate(() => new Promise(requestAnimationFrame));
  const devtools = await page.context().newCDPSession(page);
  const blocked = page
    .evaluate(() => {
      for (;;);
    })
    .catch(() => {});
  await expect.poll(brightness).toBeLessThan(usual * 0.6);
  await devtools.send('Runtime.terminateExecution');
  await blocked;
  await expect.poll(brightness).toBeGreaterThan(usual * 0.8);
  expect(errors).toEqual([]);
});
