import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startVirtualCameras, type VirtualFleet } from '../../main/demo/virtual-fleet.ts';
import { type Engine, startEngine } from '../../main/engine/engine.ts';
import {
  coloursOfStills,
  framesDecoded,
  readTiles,
  untilPicturesChange,
  untilShown,
  untilTiles,
} from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';
import { consoleUrl, temporaryFolder } from '../support/console-window.ts';
import { freePort } from '../support/free-ports.ts';
import { Serve } from '../support/serve.ts';

const suite = consoleSuite();

/** Virtual cameras and an engine in this process, so that a test can break the one and look into the other. */
async function start(
  count: number,
  gopSeconds: 2 | 10 = 2,
): Promise<{ fleet: VirtualFleet; engine: Engine }> {
  const fleet = suite.owned.use(await startVirtualCameras({ count, gopSeconds }));
  const engine = await suite.start(demoCameraInputs(fleet.cameras));
  return { fleet, engine };
}

async function open(url: string): Promise<Page> {
  return (await suite.openUrl(url)).page;
}

test('one command serves nine cameras whose pictures move', async () => {
  const serve = suite.owned.use(
    await Serve.start(['--data', await temporaryFolder(suite.owned), '--port', '0', '--demo', '9']),
  );
  const page = await open(serve.ready.url);
  await untilTiles(page, 'live', 9);
  // Chromium's statistics follow what is seen.
  await expect.poll(() => framesDecoded(page)).toHaveLength(9);
  const before = await framesDecoded(page);
  await untilPicturesChange(page);
  await expect
    .poll(async () => (await framesDecoded(page)).map((count, index) => count > (before[index] ?? count)))
    .toEqual(before.map(() => true));
  const sizes = async () =>
    (await readTiles(page)).map(({ width, height, profile }) => ({ width, height, profile }));
  await expect
    .poll(sizes)
    .toEqual(Array.from({ length: 9 }, () => ({ width: 640, height: 360, profile: 'sub' })));
  expect(new Set((await readTiles(page)).map((tile) => tile.cameraId)).size).toBe(9);
  expect(await serve.end('SIGTERM')).toBe(0);
});

test('the token in the address is gone from the address bar and works once', async () => {
  const { engine } = await start(1);
  const url = consoleUrl(engine);
  const page = await open(url);
  await untilTiles(page, 'live', 1);
  expect(page.url()).not.toContain('token');
  const second = await open(url);
  await second.getByText(/fresh link/i).waitFor();
});

test('a camera that reboots says so, and its picture comes back by itself', async () => {
  const { fleet, engine } = await start(4);
  const page = await open(consoleUrl(engine));
  await untilTiles(page, 'live', 4);
  // Away for as long as the page needs to say so.
  await fleet.cameras[1]?.refuse(true);
  fleet.cameras[1]?.drop();
  await untilTiles(page, 'waiting', 1);
  await untilTiles(page, 'live', 3);
  await fleet.cameras[1]?.refuse(false);
  await untilTiles(page, 'live', 4);
  await untilPicturesChange(page);
});

test('a camera that goes silent is not shown as live', async () => {
  const { fleet, engine } = await start(4);
  const page = await open(consoleUrl(engine));
  await untilTiles(page, 'live', 4);
  fleet.cameras[2]?.silence(true);
  await untilTiles(page, 'live', 3);
  fleet.cameras[2]?.silence(false);
  await untilTiles(page, 'live', 4);
});

test('a second window on the same cameras opens no second connection to them', async () => {
  const { fleet, engine } = await start(4);
  const first = await open(consoleUrl(engine));
  await untilTiles(first, 'live', 4);
  const second = await open(consoleUrl(engine));
  await untilTiles(second, 'live', 4);
  await untilPicturesChange(second);
  expect(fleet.cameras.map((camera) => camera.statistics.playing.sub)).toEqual([1, 1, 1, 1]);
  expect(fleet.cameras.map((camera) => camera.statistics.openConnections)).toEqual([1, 1, 1, 1]);
});

test('a window that joins between key frames ten seconds apart does not wait for the next one', async () => {
  const { fleet, engine } = await start(1, 10);
  const [camera] = fleet.cameras;
  if (camera === undefined) throw new Error('no camera');
  const first = await open(consoleUrl(engine));
  await untilTiles(first, 'live', 1);
  const left = () => camera.millisecondsToNextKeyFrame('sub');
  let hasWaited = true;
  // A busy machine may need more than the time between two key frames to open a window; one that waits needs it each time.
  for (let attempt = 0; hasWaited && attempt < 4; attempt++) {
    while (left() > 9_000 || left() < 8_000) await first.waitForTimeout(20);
    const before = left();
    const second = await open(consoleUrl(engine));
    await untilTiles(second, 'live', 1);
    // Had it waited for the next key frame, the one after that would be farther away now.
    hasWaited = left() >= before;
    await untilPicturesChange(second);
    await second.close();
  }
  expect(hasWaited).toBe(false);
});

test('Enter shows the main stream of the selected camera alone, or the small one when it fails; Esc the wall again', async () => {
  const fleet = suite.owned.use(await startVirtualCameras({ count: 4 }));
  const inputs = demoCameraInputs(fleet.cameras);
  const engine = await suite.start(
    inputs.map((input, index) =>
      index === 3 ? { ...input, mainUrl: input.mainUrl.replace('/main', '/gone') } : input,
    ),
  );
  const page = await open(consoleUrl(engine));
  await untilTiles(page, 'live', 4);
  await page.locator('[data-tile]').first().click();
  await page.keyboard.press('Enter');
  await page.locator('[data-tile][data-maximised][data-profile="main"][data-state="live"]').waitFor();
  await page.waitForFunction(
    () =>
      document.querySelector<HTMLVideoElement>('[data-maximised] video[data-shown="true"]')?.videoWidth ===
      1280,
  );
  await page.keyboard.press('Escape');
  await page.locator('[data-maximised]').waitFor({ state: 'detached' });
  await untilTiles(page, 'live', 4);
  await page.locator('[data-tile]').last().click();
  await page.keyboard.press('Enter');
  await page.getByText('The main stream does not come: showing the small one').waitFor();
  await page.locator('[data-tile][data-maximised][data-profile="sub"][data-state="live"]').waitFor();
});

test('a picture that gets another size in the middle of the stream goes on in its tile', async () => {
  const { fleet, engine } = await start(4);
  const page = await open(consoleUrl(engine));
  await untilTiles(page, 'live', 4);
  const dials = () => fleet.cameras[1]?.statistics.connections;
  const before = dials();
  fleet.cameras[1]?.enlarge();
  const widths = async () => (await readTiles(page)).map(({ state, width }) => `${state} ${width}`);
  await expect.poll(widths).toEqual(['live 640', 'live 1280', 'live 640', 'live 640']);
  await untilPicturesChange(page);
  expect(dials()).toBe(before);
});

test('what nobody sees costs nothing, and shows its last picture until there is a new one', async () => {
  const { engine } = await start(2);
  const page = await open(consoleUrl(engine));
  await untilTiles(page, 'live', 2);
  const keepsPictures = async () => (await coloursOfStills(page)).map((colours) => colours > 10);
  await page.locator('[data-tile]').first().dblclick();
  await page.locator('[data-tile]:not([data-maximised])[data-slot]').waitFor({ state: 'detached' });
  expect(await keepsPictures()).toEqual([true]);
  await page.keyboard.press('Escape');
  await untilTiles(page, 'live', 2);
  expect(await coloursOfStills(page)).toEqual([]);
  const become = (state: 'hidden' | 'visible') =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'visibilityState', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await become('hidden');
  await page.locator('[data-tile][data-slot]').first().waitFor({ state: 'detached' });
  // Nothing is decoded any more: ten pictures would have come between two looks.
  await expect
    .poll(async () => {
      const before = await framesDecoded(page);
      await delay(700);
      return (await framesDecoded(page)).join() === before.join();
    })
    .toBe(true);
  expect(await keepsPictures()).toEqual([true, true]);
  const said = untilShown(page, 'Last picture');
  await become('visible');
  await said;
  await untilTiles(page, 'live', 2);
});

test('all tiles are back after a reload, and the way of their pictures before the console itself', async () => {
  const { engine } = await start(9);
  const page = await open(consoleUrl(engine));
  await untilTiles(page, 'live', 9);
  const held = Promise.withResolvers<void>();
  await page.route('**/assets/wall-*.js', async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.reload({ waitUntil: 'commit' });
  await expect
    .poll(() => page.evaluate(() => window.gatehousePeers.map(({ connectionState }) => connectionState)))
    .toEqual(['connected']);
  expect(await page.locator('[data-tile]').count()).toBe(0);
  held.resolve();
  await untilTiles(page, 'live', 9);
  await untilPicturesChange(page);
});

test('a browser that comes back has its tiles before it knows its wall, and bars and words after the pictures', async () => {
  const { engine } = await start(9);
  const page = await open(consoleUrl(engine));
  await untilTiles(page, 'live', 9);
  await page.addInitScript(() => {
    const seen = { videosBeforeWall: 0, wallAt: 0, barAt: 0, picturesBeforeBar: 0 };
    new MutationObserver(() => {
      if (seen.wallAt === 0 && document.querySelector('[data-tile]') !== null)
        seen.wallAt = performance.now();
      if (seen.wallAt === 0) seen.videosBeforeWall = document.querySelectorAll('video').length;
      if (seen.barAt > 0 || document.querySelector('header, .strip') === null) return;
      seen.barAt = performance.now();
      seen.picturesBeforeBar = performance.getEntriesByName('first picture').length;
    }).observe(document, { subtree: true, childList: true, attributes: true });
    Object.assign(window, { seen });
  });
  await page.reload();
  await untilTiles(page, 'live', 9);
  await page.waitForSelector('header');
  const seen = await page.evaluate(
    () =>
      (
        window as unknown as {
          seen: { videosBeforeWall: number; wallAt: number; barAt: number; picturesBeforeBar: number };
        }
      ).seen,
  );
  expect(seen.videosBeforeWall).toBeGreaterThan(0);
  // Where pictures are late, bars do not wait for ever.
  if (seen.barAt - seen.wallAt < 350) expect(seen.picturesBeforeBar).toBe(9);
});

test('last pictures stay, greyed, while the engine is away; all tiles are back when it was started again', async () => {
  const data = await temporaryFolder(suite.owned);
  const fleet = suite.owned.use(await startVirtualCameras({ count: 4 }));
  const seeded = await startEngine({
    dataFolder: data,
    http: null,
    log: createLog('silent'),
    demoCameras: demoCameraInputs(fleet.cameras),
  });
  await seeded[Symbol.asyncDispose]();
  const port = String(await freePort());
  const first = suite.owned.use(await Serve.start(['--data', data, '--port', port]));
  const page = await open(first.ready.url);
  await untilTiles(page, 'live', 4);
  await first.end('SIGKILL');
  await untilTiles(page, 'offline', 4);
  await expect
    .poll(async () => (await coloursOfStills(page)).map((colours) => colours > 10))
    .toEqual([true, true, true, true]);
  suite.owned.use(await Serve.start(['--data', data, '--port', port]));
  await untilTiles(page, 'live', 4);
  await untilPicturesChange(page);
  await expect.poll(() => coloursOfStills(page)).toEqual([]);
});
