import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium, loopbackWebRtc } from '../support/chromium.ts';
import { Serve } from '../support/serve.ts';
import { type Summary, summarize } from './statistics.ts';

/*
 * `npm run bench:replay`: how long a tile of a wall of four needs from the key J until it shows the first picture of ten seconds before,
 * in Chromium on loopback. It stands still when the key is pressed, so that no live picture is taken for an old one. Prints
 * milliseconds as JSON.
 */

declare global {
  interface Window {
    gatehouseReplay: { pressedAt: number; shownAt: number };
  }
}

const runs = 20;
/** The first ones compile the code that they run. */
const warmUps = 3;
const historyMilliseconds = 14_000;
/** No picture comes any more. */
const quietMilliseconds = 500;
const tile = '[data-tile][data-camera-number="1"]';

/** Notes the next key J, and the first picture after it in any element of the tile. */
function watchNextPicture(selector: string): void {
  const times = { pressedAt: 0, shownAt: 0 };
  window.gatehouseReplay = times;
  const onKey = ({ key, timeStamp }: KeyboardEvent) => {
    if (key !== 'j') return;
    removeEventListener('keydown', onKey, true);
    times.pressedAt = timeStamp;
    for (const video of document.querySelectorAll<HTMLVideoElement>(`${selector} video`))
      video.requestVideoFrameCallback((now) => {
        times.shownAt ||= now;
      });
  };
  addEventListener('keydown', onKey, true);
}

async function measure(page: Page): Promise<Summary> {
  const opened: number[] = [];
  for (let run = 0; run < runs + warmUps; run++) {
    await page.locator(`${tile}[data-state="live"]`).waitFor();
    await page.keyboard.press('k');
    await page.getByRole('button', { name: 'Go on' }).waitFor();
    await page.waitForTimeout(quietMilliseconds);
    await page.evaluate(watchNextPicture, tile);
    await page.keyboard.press('j');
    await page.waitForFunction(() => window.gatehouseReplay.shownAt > 0);
    const { pressedAt, shownAt } = await page.evaluate(() => window.gatehouseReplay);
    await page.keyboard.press('l');
    if (run >= warmUps) opened.push(shownAt - pressedAt);
  }
  return summarize(opened);
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-replay-'));
const browser = await launchChromium({ args: loopbackWebRtc });
try {
  await using serve = await Serve.start(['--data', folder, '--port', '0', '--demo', '4']);
  const page = await browser.newPage();
  await page.goto(serve.ready.url);
  await page.locator(`${tile}[data-state="live"]`).waitFor();
  await page.waitForTimeout(historyMilliseconds);
  await page.locator(tile).click();
  console.log(JSON.stringify(await measure(page)));
} finally {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
}
