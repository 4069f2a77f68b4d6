import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startVirtualCameras, type VirtualFleet } from '../../main/demo/virtual-fleet.ts';
import { type Engine, startEngine } from '../../main/engine/engine.ts';
import { launchChromium, loopbackWebRtc } from '../support/chromium.ts';
import {
  coloursOfStills,
  framesDecoded,
  readTiles,
  untilPicturesChange,
  untilTiles,
} from '../support/console-page.ts';
import { consoleUrl, openPage, startConsole, temporaryFolder } from '../support/console-window.ts';
import { Serve } from '../support/serve.ts';

let browser: Browser;
let owned: AsyncDisposableStack;

beforeAll(async () => {
  browser = await launchChromium({ args: loopbackWebRtc });
});
afterAll(async () => {
  await browser.close();
});
beforeEach(() => {
  owned = new AsyncDisposableStack();
});
afterEach(async () => {
  await owned.disposeAsync();
});

/** Virtual cameras and an engine in this process, so that a test can break the one and look into the other. */
async function start(
  count: number,
  gopSeconds: 2 | 10 = 2,
): Promise<{ fleet: VirtualFleet; engine: Engine }> {
  const fleet = owned.use(await startVirtualCameras({ count, gopSeconds }));
  const engine = await startConsole(owned, demoCameraInputs(fleet.cameras));
  return { fleet, engine };
}

async function open(url: string): Promise<Page> {
  return (await openPage(owned, browser, url)).page;
}

test('one command serves nine cameras whose pictures move', async () => {
  const serve = owned.use(
    await Serve.start(['--data', await temporaryFolder(owned), '--port', '0', '--demo', '9']),
  );
  const page = await open(serve.ready.url);
  await untilTiles(page, 'live', 9);
  const before = await framesDecoded(page);
  expect(before).toHaveLength(9);
  await untilPicturesChange(page);
  const after = await framesDecoded(page);
  after.forEach((count, index) => {
    expect(count).toBeGreaterThan(before[index] ?? Number.POSITIVE_INFINITY);
  });
  const tiles = await readTiles(page);
  expect(tiles.map(({ width, height, profile }) => ({ width, height, profile }))).toEqual(
    tiles.map(() => ({ width: 640, height: 360, profile: 'sub' })),
  );
  expect(new Set(tiles.map((tile) => tile.cameraId)).size).toBe(9);
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
  const back = fleet.cameras[1]?.reboot(3);
  await untilTiles(page, 'waiting', 1);
  await untilTiles(page, 'live', 3);
  await back;
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
  // Early between two key frames: opening the second window takes less than what is left.
  const left = () => camera.millisecondsToNextKeyFrame('sub');
  while (left() > 9_000 || left() < 8_000) await first.waitForTimeout(20);
  const before = left();
  const second = await open(consoleUrl(engine));
  await untilTiles(second, 'live', 1);
  // Had it waited for the next key frame, the one after that would be farther away now.
  expect(left()).toBeLessThan(before);
  await untilPicturesChange(second);
});

test('Enter shows the main stream of the selected camera alone, Esc the wall again', async () => {
  const { engine } = await start(4);
  const page = await open(consoleUrl(engine));
  await untilTiles(page, 'live', 4);
  await page.locator('[data-tile]').first().click();
  await page.keyboard.press('Enter');
  const maximised = page.locator('[data-tile][data-maximised]');
  await maximised.waitFor();
  await page.waitForFunction(
    () => document.querySelector<HTMLVideoElement>('[data-maximised] video')?.videoWidth === 1280,
  );
  expect(await maximised.getAttribute('data-profile')).toBe('main');
  await page.keyboard.press('Escape');
  await untilTiles(page, 'live', 4);
  expect(await maximised.count()).toBe(0);
});

test('all tiles are back after a reload', async () => {
  const { engine } = await start(9);
  const page = await open(consoleUrl(engine));
  await untilTiles(page, 'live', 9);
  await page.reload();
  await untilTiles(page, 'live', 9);
  await untilPicturesChange(page);
});

test('last pictures stay, greyed, while the engine is away; all tiles are back when it was started again', async () => {
  const data = await temporaryFolder(owned);
  const fleet = owned.use(await startVirtualCameras({ count: 4 }));
  const seeded = await startEngine({
    dataFolder: data,
    http: null,
    log: createLog('silent'),
    demoCameras: demoCameraInputs(fleet.cameras),
  });
  await seeded[Symbol.asyncDispose]();
  const first = owned.use(await Serve.start(['--data', data, '--port', '0']));
  const page = await open(first.ready.url);
  await untilTiles(page, 'live', 4);
  await first.end('SIGKILL');
  await untilTiles(page, 'offline', 4);
  for (const colours of await coloursOfStills(page)) expect(colours).toBeGreaterThan(10);
  expect(await coloursOfStills(page)).toHaveLength(4);
  owned.use(await Serve.start(['--data', data, '--port', String(first.ready.port)]));
  await untilTiles(page, 'live', 4);
  await untilPicturesChange(page);
  expect(await coloursOfStills(page)).toEqual([]);
});
