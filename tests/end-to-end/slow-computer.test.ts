import { expect, test } from 'vitest';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { framesShown, untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';
import { feignDecodeLoad, prepareFeignedLoad } from '../support/feigned-load.ts';
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

test('a computer that cannot decode its wall reduces the tile that nobody looks at step by step, says so on it, and climbs back', async () => {
  const fleet = suite.owned.use(await startVirtualCameras({ count: 2 }));
  const engine = await suite.start(demoCameraInputs(fleet.cameras));
  const { page, errors } = await suite.open(engine, prepareFeignedLoad);
  await page.setViewportSize({ width: 2_600, height: 1_500 });
  const [selected, other] = [page.locator('[data-tile]').first(), page.locator('[data-tile]').nth(1)];
  await selected.click();
  const until = (profile: string, state: string, marks: number) =>
    page.waitForFunction(
      ([wantedProfile, wantedState, count]) => {
        const [first, second] = document.querySelectorAll<HTMLElement>('[data-tile]');
        const isFirst = first?.dataset.profile === 'main' && first.dataset.state === 'live';
        const isSecond = second?.dataset.profile === wantedProfile && second.dataset.state === wantedState;
        return isFirst && isSecond && document.querySelectorAll('[data-reduced]').length === count;
      },
      [profile, state, marks] as const,
    );
  await until('main', 'live', 0);

  await feignDecodeLoad(page, 2);
  await until('sub', 'live', 0);
  await until('sub', 'live', 1);
  await feignDecodeLoad(page, 0.65);
  // A key frame every two seconds is all that these cameras have.
  await other.getByText(/^0\.[45]\d? fps$/).waitFor();
  const before = [await framesShown(selected), await framesShown(other)] as const;
  await expect.poll(() => framesShown(other)).toBeGreaterThan(before[1]);
  await expect.poll(() => framesShown(other)).toBeGreaterThan(before[1] + 1);
  expect((await framesShown(selected)) - before[0]).toBeGreaterThan(15);

  await feignDecodeLoad(page, 2);
  await until('sub', 'seldom', 1);
  await feignDecodeLoad(page, 0.1);
  await until('sub', 'live', 1);
  await until('sub', 'live', 0);
  await until('main', 'live', 0);
  expect(errors).toEqual([]);
});
