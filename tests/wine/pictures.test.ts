import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { launchChromium, loopbackWebRtc } from '../support/chromium.ts';
import { framesDecoded, untilPicturesChange, untilTiles } from '../support/console-page.ts';
import { openPage } from '../support/console-window.ts';
import { WindowsHeadless, windowsDataFolder } from '../support/windows-headless.ts';

const login = { username: 'guard', password: 'größer als 7' };
let browser: Browser;
let owned: AsyncDisposableStack;
let folder: string;

beforeAll(async () => {
  browser = await launchChromium({ args: loopbackWebRtc });
});
afterAll(async () => {
  await browser.close();
});
beforeEach(async () => {
  owned = new AsyncDisposableStack();
  folder = await windowsDataFolder(owned);
});
afterEach(async () => {
  await owned.disposeAsync();
});

async function open(headless: WindowsHeadless): Promise<Page> {
  return (await openPage(owned, browser, headless.ready.url)).page;
}

test('cameras and Chromium on Linux, the engine on Windows, killed once: pictures of cameras with passwords move', async () => {
  const fleet = owned.use(
    await startVirtualCameras({ count: 4, credentials: { scheme: 'digest-sha-256', ...login } }),
  );
  const killed = owned.use(await WindowsHeadless.start(folder));
  const client = await killed.client(owned);
  for (const camera of demoCameraInputs(fleet.cameras)) await client.cameras.add({ ...camera, ...login });
  await killed.kill();
  const headless = owned.use(await WindowsHeadless.start(folder));
  const page = await open(headless);
  await untilTiles(page, 'live', 4);
  await untilPicturesChange(page);
  expect(await framesDecoded(page)).toHaveLength(4);
  const back = fleet.cameras[1]?.reboot(1);
  await untilTiles(page, 'waiting', 1);
  await back;
  await untilTiles(page, 'live', 4);
  await untilPicturesChange(page);
  expect((await headless.process.interrupt()).code).toBe(0);
});

test('demo cameras in a process of their own on Windows: pictures move, and Ctrl+C ends both', async () => {
  const headless = owned.use(await WindowsHeadless.start(folder, ['--demo', '4']));
  const page = await open(headless);
  await untilTiles(page, 'live', 4);
  await untilPicturesChange(page);
  expect((await headless.process.interrupt()).code).toBe(0);
});
