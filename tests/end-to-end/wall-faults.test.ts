import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, loopbackWebRtc } from '../support/chromium.ts';
import { FaultWall } from '../support/fault-wall.ts';
import { cameraFaults, isWell, type WallFault } from '../support/wall-faults.ts';
import { tileRecords, tileWords } from '../support/wall-witness.ts';

/** One of each that `npm run faults` makes many of; how fast things are said is told there. */
const faults: readonly WallFault[] = [
  cameraFaults.frozen,
  cameraFaults.silent,
  cameraFaults.black,
  cameraFaults['half-open'],
  cameraFaults.covered,
];

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium({ args: loopbackWebRtc });
});
afterAll(async () => {
  await browser.close();
});

test('each tile says what is wrong with its camera, and nothing else; afterwards all is well', async () => {
  await using owned = new AsyncDisposableStack();
  const wall = await FaultWall.open(owned, browser, { cameras: faults.length + 1, seed: 1 });
  // What the view of a camera is takes some pictures to learn.
  await wall.learn();
  const since = Date.now();
  const targets = faults.map((fault, tile) => ({ fault, tile, target: wall.targets[tile] }));
  for (const { fault, target } of targets) if (target !== undefined) fault.begin(target);
  for (const { fault, tile } of targets) {
    await expect
      .poll(async () => fault.isSaid(await tileWords(wall.page, tile)), {
        timeout: 60_000,
        message: fault.name,
      })
      .toBe(true);
  }
  // The window tells it, for the list of events.
  await wall.page.keyboard.press('v');
  await expect
    .poll(() => wall.page.locator('[data-event-kind="stale-picture"]').count(), { timeout: 20_000 })
    .toBeGreaterThanOrEqual(2);
  await wall.page.keyboard.press('v');
  const said = await wall.page.getByRole('status').allTextContents();
  expect(said.join()).toMatch(/not live|Camera \d/);
  for (const { fault, target } of targets) if (target !== undefined) fault.end(target);
  await wall.untilWell();
  const neighbour = (await tileRecords(wall.page)).at(-1);
  expect(neighbour?.said.filter((words) => words.at > since && !isWell(words))).toEqual([]);
});

test('when the engine is killed no picture is called live, and its age counts on; with the engine they are back', async () => {
  await using owned = new AsyncDisposableStack();
  const wall = await FaultWall.open(owned, browser, { cameras: 2, seed: 1 });
  await wall.killEngine();
  await wall.untilNoneLive();
  const tile = wall.page.locator('[data-tile]').first();
  const age = tile.getByText(/Last picture \d+ s ago/);
  const first = await age.textContent();
  await expect.poll(() => age.textContent(), { timeout: 30_000 }).not.toBe(first);
  await wall.startEngine();
  await wall.untilWell();
});

test('a key shows how late each picture is, of a track and of the data channel alike, and hides it again', async () => {
  await using owned = new AsyncDisposableStack();
  const wall = await FaultWall.open(owned, browser, { cameras: 2, codecs: [{}, { sub: 'JPEG' }], seed: 1 });
  const delays = wall.page.locator('[data-delay]');
  await wall.page.keyboard.press('d');
  await expect.poll(() => delays.count(), { timeout: 30_000 }).toBe(2);
  for (const words of await delays.allTextContents()) expect(words).toMatch(/^\d+ ms$/);
  await wall.page.keyboard.press('d');
  await expect.poll(() => delays.count(), { timeout: 30_000 }).toBe(0);
});

test('while the link is lost pictures go on and a small sign says so; with the next socket no tile begins anew', async () => {
  await using owned = new AsyncDisposableStack();
  const wall = await FaultWall.open(owned, browser, { cameras: 2, seed: 1 });
  const { page } = wall;
  await page.addInitScript(() => {
    const sockets: WebSocket[] = [];
    const outage = { isOn: false, connections: 0 };
    Object.assign(window, { outage, lose: () => sockets.at(-1)?.close(4000) });
    window.WebSocket = class extends WebSocket {
      constructor(address: string | URL, protocols?: string | string[]) {
        // The discard port, where nobody answers.
        super(outage.isOn ? 'ws://127.0.0.1:9' : address, protocols);
        sockets.push(this);
      }
    };
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        outage.connections++;
      }
    };
  });
  await page.reload();
  await wall.untilWell();
  await page.evaluate(() => {
    const { outage, lose } = window as unknown as { outage: { isOn: boolean }; lose(): void };
    outage.isOn = true;
    lose();
  });
  const sign = page.locator('[data-link="restoring"]');
  await sign.waitFor();
  // Of the tile that got least.
  const frames = () =>
    page.evaluate(() =>
      Math.min(
        ...[...document.querySelectorAll('video')]
          .map((video) => video.getVideoPlaybackQuality().totalVideoFrames)
          .filter((count) => count > 0),
      ),
    );
  const before = await frames();
  // More than a tile needs to call its picture old.
  await expect.poll(frames, { timeout: 30_000 }).toBeGreaterThan(before + 60);
  expect(await page.locator('[data-tile][data-state="live"]').count()).toBe(2);
  await page.evaluate(() => {
    (window as unknown as { outage: { isOn: boolean } }).outage.isOn = false;
  });
  await sign.waitFor({ state: 'detached' });
  await expect.poll(frames, { timeout: 30_000 }).toBeGreaterThan((await frames()) + 15);
  const connections = await page.evaluate(
    () => (window as unknown as { outage: { connections: number } }).outage.connections,
  );
  expect(connections).toBe(1);
});
