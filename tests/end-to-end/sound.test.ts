import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { CameraInput } from '../../main/contract/camera.ts';
import type { QuirkName } from '../../main/demo/quirks.ts';
import type { SoundCodec } from '../../main/demo/sound-clip.ts';
import { startVirtualCameras, type VirtualFleet } from '../../main/demo/virtual-fleet.ts';
import { untilPicturesChange, untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';
import { GstreamerRtspServer, hasGstreamer } from '../support/gstreamer-rtsp-server.ts';

declare global {
  interface Window {
    /** Measures what the page plays by itself, which is AAC. */
    gatehouseOutput?: AnalyserNode;
  }
}

const suite = consoleSuite();

/** A wall of cameras with this sound. */
async function start(
  sounds: readonly (SoundCodec | undefined)[],
  quirk?: QuirkName,
): Promise<{ fleet: VirtualFleet; page: Page; errors: string[] }> {
  const fleet = suite.owned.use(await startVirtualCameras({ count: sounds.length, sounds, quirk }));
  const inputs = fleet.cameras.map(({ name, mainUrl, subUrl }) => ({ name, group: '', mainUrl, subUrl }));
  return { fleet, ...(await openWall(inputs)) };
}

async function openWall(inputs: readonly CameraInput[]): Promise<{ page: Page; errors: string[] }> {
  const { page, errors } = await suite.openWith(inputs);
  await untilTiles(page, 'live', inputs.length);
  return { page, errors };
}

/** Presses M on a tile. */
async function pressM(page: Page, tile: number): Promise<void> {
  await page.locator('[data-tile]').nth(tile).click();
  await page.keyboard.press('m');
}

/** Resolves when this camera is heard, and says so. */
async function untilHeard(page: Page, number: number): Promise<void> {
  await page.locator(`[data-tile][data-camera-number="${number}"][data-sound="heard"]`).waitFor();
  expect(await page.locator('[data-sound]').count()).toBe(1);
}

/** Measures all that the page plays by itself, from the next AudioContext on. */
async function measureOutput(page: Page): Promise<void> {
  await page.evaluate(() => {
    const connect = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (
      this: AudioNode,
      target: AudioNode | AudioParam,
      ...more: number[]
    ) {
      if (target instanceof AudioDestinationNode) {
        window.gatehouseOutput ??= new AnalyserNode(this.context, { fftSize: 2_048 });
        Reflect.apply(connect, this, [window.gatehouseOutput]);
      }
      return Reflect.apply(connect, this, [target, ...more]);
    } as typeof connect;
  });
}

/** The loudest sample of what the page plays by itself at this moment, 0 … 1. */
async function outputLevel(page: Page): Promise<number> {
  return await page.evaluate(() => {
    const analyser = window.gatehouseOutput;
    // A context that is suspended plays nothing, and the analyser keeps what it had.
    if (analyser?.context.state !== 'running') return 0;
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    return samples.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0);
  });
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
  const { page, errors } = await start(['PCMU', 'PCMA', 'G722', undefined]);
  expect(await page.locator('[data-sound]').count()).toBe(0);
  expect(await audioPackets(page)).toBe(0);
  await pressM(page, 0);
  await untilHeard(page, 1);
  await untilTrackSounds(page);
  const button = page.getByRole('button', { name: 'Sound of camera 1' });
  expect(await button.getAttribute('aria-pressed')).toBe('true');
  expect(await page.getByRole('group', { name: /Camera 1, .*, live, sound$/ }).count()).toBe(1);
  // Pressed on another tile it moves there, and the format changes with it.
  await pressM(page, 1);
  await untilHeard(page, 2);
  await untilTrackSounds(page);
  await pressM(page, 2);
  await untilHeard(page, 3);
  await untilTrackSounds(page);
  await page.keyboard.press('m');
  await page.locator('[data-sound]').waitFor({ state: 'detached' });
  const before = await audioPackets(page);
  await untilPicturesChange(page);
  await untilPicturesChange(page);
  // What was on its way, no more.
  expect((await audioPackets(page)) - before).toBeLessThan(5);
  await untilTiles(page, 'live', 4);
  expect(errors).toEqual([]);
});

test('AAC is heard, and ends when the camera leaves the wall', async () => {
  const { page, errors } = await start(['PCMU', 'MPEG4-GENERIC', undefined, undefined]);
  await measureOutput(page);
  await pressM(page, 1);
  await untilHeard(page, 2);
  while ((await outputLevel(page)) < 0.05) await page.evaluate(() => new Promise(requestAnimationFrame));
  await untilTiles(page, 'live', 4);
  await untilPicturesChange(page);
  // Another camera fills the wall.
  await page.locator('[data-tile]').nth(0).click();
  await page.keyboard.press('Enter');
  await page.locator('[data-maximised]').waitFor();
  await page.locator('[data-sound]').waitFor({ state: 'detached' });
  while ((await outputLevel(page)) > 0) await page.evaluate(() => new Promise(requestAnimationFrame));
  await page.keyboard.press('Escape');
  await untilTiles(page, 'live', 4);
  // It does not come back by itself.
  expect(await page.locator('[data-sound]').count()).toBe(0);
  expect(errors).toEqual([]);
});

test('the sound of a camera goes along when its picture is made large, and small again', async () => {
  const { fleet, page } = await start(['PCMA', undefined, undefined, undefined]);
  await pressM(page, 0);
  await untilHeard(page, 1);
  await page.keyboard.press('Enter');
  await page.locator('[data-maximised][data-profile="main"][data-sound="heard"]').waitFor();
  await untilTrackSounds(page);
  await page.keyboard.press('Escape');
  await page.locator('[data-camera-number="1"][data-profile="sub"][data-sound="heard"]').waitFor();
  await untilTrackSounds(page);
  // The meter goes up with each chime and comes down as it fades away.
  const meter = page.locator('[data-level]');
  const level = async () => Number(await meter.getAttribute('data-level'));
  await expect.poll(level).toBeGreaterThan(0.6);
  await expect.poll(level).toBeLessThan(0.5);
  await expect.poll(level).toBeGreaterThan(0.6);
  // The camera is away, and back: its sound comes back with its picture.
  fleet.cameras[0]?.drop();
  await page.locator('[data-camera-number="1"][data-sound="starting"]').waitFor();
  await untilHeard(page, 1);
  await untilTrackSounds(page);
});

test('a camera without sound says so; the choice does not outlive a reload, the volume does', async () => {
  const { page } = await start([undefined, 'PCMU', undefined, undefined]);
  await pressM(page, 0);
  await page.getByText('Camera 1 sends no sound.').waitFor();
  expect(await page.locator('[data-camera-number="1"]').getAttribute('data-sound')).toBe('missing');
  await pressM(page, 1);
  await untilHeard(page, 2);
  await page.getByText('Camera 1 sends no sound.').waitFor({ state: 'detached' });
  const volume = page.locator('input[aria-label="Volume of camera 2"]');
  await volume.evaluate((slider: HTMLInputElement) => {
    slider.value = '0.35';
    slider.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await page.reload();
  await untilTiles(page, 'live', 4);
  expect(await page.locator('[data-sound]').count()).toBe(0);
  // But the volume does.
  await pressM(page, 1);
  await untilHeard(page, 2);
  expect(await volume.inputValue()).toBe('0.35');
});

test.each([
  ['refused-sound', 'Camera 1 refuses to send its sound (G.711).'],
  ['silent-sound', 'No sound arrives from camera 1.'],
] as const)('%s: the tile says what is missing, and the picture stays live', async (quirk, words) => {
  const { page } = await start([undefined], quirk);
  await page.keyboard.press('m');
  await page.getByText(words).waitFor();
  await untilTiles(page, 'live', 1);
  await untilPicturesChange(page);
});

test('the mouse has a button for it on the selected tile', async () => {
  const { page } = await start(['PCMU', undefined, undefined, undefined]);
  const button = page.getByRole('button', { name: 'Sound of camera 1' });
  expect(await button.count()).toBe(0);
  await page.locator('[data-tile]').nth(0).click();
  await button.click();
  await untilHeard(page, 1);
  await untilTrackSounds(page);
  await button.click();
  await page.locator('[data-sound]').waitFor({ state: 'detached' });
});

test.skipIf(!hasGstreamer())(
  "Opus and AAC of GStreamer's RTSP server (Debian's python3-gi) are heard",
  async () => {
    const server = suite.owned.use(await GstreamerRtspServer.start('open'));
    const inputs = ['opus', 'aac'].map((path) => ({
      name: path,
      group: '',
      mainUrl: server.url(path),
      subUrl: null,
    }));
    const { page } = await openWall(inputs);
    await measureOutput(page);
    await pressM(page, 0);
    await untilHeard(page, 1);
    await untilTrackSounds(page);
    await pressM(page, 1);
    await untilHeard(page, 2);
    while ((await outputLevel(page)) < 0.5) await page.evaluate(() => new Promise(requestAnimationFrame));
    await untilTiles(page, 'live', 2);
  },
);
