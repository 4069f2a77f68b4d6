import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { QuirkName } from '../../main/demo/quirks.ts';
import type { SoundCodec } from '../../main/demo/sound-clip.ts';
import { startVirtualCameras, type VirtualFleet } from '../../main/demo/virtual-fleet.ts';
import { launchChromium, loopbackWebRtc } from '../support/chromium.ts';
import { untilPicturesChange, untilTiles } from '../support/console-page.ts';
import { openConsole, startConsole } from '../support/console-window.ts';

declare global {
  interface Window {
    /** Measures what the page plays by itself, which is AAC. */
    gatehouseOutput?: AnalyserNode;
  }
}

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

/** A wall of cameras with this sound. */
async function start(
  sounds: readonly (SoundCodec | undefined)[],
  quirk?: QuirkName,
): Promise<{ fleet: VirtualFleet; page: Page; errors: string[] }> {
  const fleet = owned.use(await startVirtualCameras({ count: sounds.length, sounds, quirk }));
  const inputs = fleet.cameras.map(({ name, mainUrl, subUrl }) => ({ name, group: '', mainUrl, subUrl }));
  const engine = await startConsole(owned, inputs);
  const { page, errors } = await openConsole(owned, browser, engine);
  await untilTiles(page, 'live', sounds.length);
  return { fleet, page, errors };
}

/** The sound that came over the track so far, in units of libwebrtc's `totalAudioEnergy`. */
async function trackEnergy(page: Page): Promise<number> {
  return await page.evaluate(async () => {
    let energy = 0;
    for (const peer of window.gatehousePeers) {
      for (const report of (await peer.getStats()).values()) {
        if (report.type === 'inbound-rtp' && report.kind === 'audio') energy += report.totalAudioEnergy ?? 0;
      }
    }
    return energy;
  });
}

/** Resolves when sound goes on coming over the track. */
async function untilTrackSounds(page: Page): Promise<void> {
  const before = await trackEnergy(page);
  while ((await trackEnergy(page)) < before + 1e-4)
    await page.evaluate(() => new Promise(requestAnimationFrame));
}

async function audioPackets(page: Page): Promise<number> {
  return await page.evaluate(async () => {
    let packets = 0;
    for (const peer of window.gatehousePeers) {
      for (const report of (await peer.getStats()).values()) {
        if (report.type === 'inbound-rtp' && report.kind === 'audio') packets += report.packetsReceived ?? 0;
      }
    }
    return packets;
  });
}

test('nobody hears anything at first; M lets the selected camera be heard, and M again ends it', async () => {
  const { page, errors } = await start(['PCMU', 'PCMA', undefined, 'MPEG4-GENERIC']);
  expect(await page.locator('[data-sound]').count()).toBe(0);
  expect(await audioPackets(page)).toBe(0);
  const tiles = page.locator('[data-tile]');
  await tiles.nth(0).click();
  await page.keyboard.press('m');
  await page.locator('[data-tile][data-camera-number="1"][data-sound="heard"]').waitFor();
  await untilTrackSounds(page);
  expect(await page.getByRole('button', { name: 'Sound of camera 1' }).getAttribute('aria-pressed')).toBe(
    'true',
  );
  // Pressed on another tile it moves there, and the format changes with it.
  await tiles.nth(1).click();
  await page.keyboard.press('m');
  await page.locator('[data-tile][data-camera-number="2"][data-sound="heard"]').waitFor();
  expect(await page.locator('[data-sound]').count()).toBe(1);
  await untilTrackSounds(page);
  await page.keyboard.press('m');
  await page.locator('[data-sound]').waitFor({ state: 'detached' });
  await untilTiles(page, 'live', 4);
  await untilPicturesChange(page);
  expect(errors).toEqual([]);
});
