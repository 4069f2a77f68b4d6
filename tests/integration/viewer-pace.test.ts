import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import { AudioStream } from '../../main/media/audio-stream.ts';
import { LiveStream } from '../../main/media/live-stream.ts';
import { PictureMemory } from '../../main/media/picture-memory.ts';
import type { Viewer } from '../../main/viewers/viewer.ts';
import { ViewerService } from '../../main/viewers/viewer-service.ts';
import { VideoSource } from '../support/video-source.ts';
import { viewerSettings } from '../support/viewer-settings.ts';
import { WeriftWindow } from '../support/werift-window.ts';

let owned: AsyncDisposableStack;
let service: ViewerService;

beforeEach(() => {
  owned = new AsyncDisposableStack();
  service = owned.use(new ViewerService({ log: createLog('silent'), settings: viewerSettings() }));
});

afterEach(async () => {
  await owned.disposeAsync();
});

async function open(slots: number): Promise<{ viewer: Viewer; window: WeriftWindow }> {
  const viewer = await service.open(slots);
  const window = owned.use(new WeriftWindow(viewer));
  await window.negotiate();
  return { viewer, window };
}

function show(viewer: Viewer, slot: number, stream: LiveStream): void {
  viewer.bind(slot, { stream, audio: new AudioStream(), [Symbol.dispose]: () => {} });
}

/** A camera whose GOP is long: a key frame of 36 packets, and pictures of two. */
function camera(deltas: number): { stream: LiveStream; source: VideoSource; packets: number } {
  const stream = new LiveStream();
  const source = new VideoSource(stream, { frameBytes: 40_000 });
  source.send('key');
  source.frameBytes = 2_000;
  source.send(...Array<'delta'>(deltas).fill('delta'));
  const packets = stream.gop.reduce((sum, { payloads }) => sum + payloads.length, 0);
  return { stream, source, packets };
}

/** Packets of a slot that are missing between the first and the last that came. */
function gaps(window: WeriftWindow, slot: number): number {
  const numbers = window.packetsOf(slot).map(({ header }) => header.sequenceNumber);
  const expected = ((numbers.at(-1) ?? 0) - (numbers[0] ?? 0) + 1) & 0xffff;
  return expected - new Set(numbers).size;
}

test('64 tiles that are opened at once lose nothing, the first of them are whole first, and live pictures do not wait', async () => {
  const { viewer, window } = await open(64);
  const live = camera(0);
  show(viewer, 63, live.stream);
  await window.until(() => window.packets.length === live.packets);
  const { stream, packets } = camera(10);
  const slots = Array.from({ length: 63 }, (_, slot) => slot);
  for (const slot of slots) show(viewer, slot, stream);
  // Some of the first tiles have come: now a picture of the camera that is live.
  await window.until(() => window.packets.length > 500);
  live.source.send('delta');
  await window.until(() => viewer.slots.every(({ isReplaying }) => !isReplaying));
  // Behind everything else, so that what has not come by then is lost.
  live.source.send('delta');
  await window.until(() => window.packetsOf(63).length >= live.packets + 4);
  expect(slots.map((slot) => gaps(window, slot))).toEqual(slots.map(() => 0));
  expect(window.packets).toHaveLength(live.packets + 4 + slots.length * packets);
  const lastOf = slots.map((slot) => window.packets.findLastIndex((entry) => entry.slot === slot));
  expect(lastOf).toEqual([...lastOf].sort((a, b) => a - b));
  const firstOf = slots.map((slot) => window.packets.findIndex((entry) => entry.slot === slot));
  // Nothing of a tile before the one before it is whole.
  expect(firstOf.slice(1).every((first, index) => first > (lastOf[index] ?? 0))).toBe(true);
  const liveAt = window.packets.findIndex(({ slot }, index) => slot === 63 && index >= live.packets);
  expect(liveAt).toBeLessThan(1_000);
});

test('key frames of a large camera, 700 packets each, lose nothing on their way', async () => {
  const { viewer, window } = await open(1);
  const stream = new LiveStream();
  const source = new VideoSource(stream, { frameBytes: 800_000 });
  show(viewer, 0, stream);
  source.send('key');
  const [frame] = stream.gop;
  const each = frame?.payloads.length ?? 0;
  expect(each).toBeGreaterThan(600);
  await window.until(() => window.packets.length === each);
  source.send('key', 'delta');
  await window.until(() => window.packets.at(-1)?.packet.header.timestamp !== frame?.timestamp);
  await window.until(() => window.packets.length >= 2 * each);
  expect(gaps(window, 0)).toBe(0);
});

test('a window is told that the only picture that was kept is an old one, and when it is over', async () => {
  const { viewer, window } = await open(1);
  const stream = new LiveStream(new PictureMemory(100_000));
  const source = new VideoSource(stream, { frameBytes: 60_000, now: performance.now() - 23_000 });
  source.send('key', 'delta');
  expect(stream.isGopWhole).toBe(false);
  viewer.bind(0, { stream, audio: new AudioStream(), [Symbol.dispose]: () => {} }, 7);
  const told = await window.nextEvent();
  expect(told).toMatchObject({ type: 'still', slot: 0, assignment: 7 });
  expect(told?.type === 'still' ? told.milliseconds : null).toBeGreaterThanOrEqual(23_000);
  await window.until(() => window.packets.length === stream.gop[0]?.payloads.length);
  source.send('delta', 'key');
  expect(await window.nextEvent()).toEqual({ type: 'still', slot: 0, assignment: 7, milliseconds: null });
});

test('a window that opens a wall takes nothing from another one', async () => {
  const first = await open(16);
  const second = await open(1);
  const { stream, packets } = camera(20);
  for (let slot = 0; slot < 16; slot++) show(first.viewer, slot, stream);
  show(second.viewer, 0, stream);
  await second.window.until(() => second.window.packets.length === packets);
  expect(first.window.packets.length).toBeLessThan(16 * packets);
  await first.window.until(() => first.window.packets.length === 16 * packets);
});
