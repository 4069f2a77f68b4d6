import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import { AudioStream } from '../../main/media/audio-stream.ts';
import { LiveStream } from '../../main/media/live-stream.ts';
import { ViewerService } from '../../main/viewers/viewer-service.ts';
import { NarrowRelay } from '../support/narrow-relay.ts';
import { VideoSource } from '../support/video-source.ts';
import { viewerSettings } from '../support/viewer-settings.ts';
import { WeriftWindow } from '../support/werift-window.ts';

const frameBytes = 6_000;
const framesPerGop = 15;
let owned: AsyncDisposableStack;
let service: ViewerService;

beforeEach(() => {
  owned = new AsyncDisposableStack();
  service = owned.use(new ViewerService({ log: createLog('silent'), settings: viewerSettings() }));
});

afterEach(async () => {
  await owned.disposeAsync();
});

/** A window that shows a stream and reports when each packet came. */
async function openWindow(stream: LiveStream, relay?: NarrowRelay, user = 'guard') {
  const viewer = await service.open(1, 'none', { id: user, name: user });
  const options = { transportFeedback: true, ...(relay === undefined ? {} : { relay }) };
  const window = owned.use(new WeriftWindow(viewer, options));
  await window.negotiate();
  viewer.bind(0, { stream, audio: new AudioStream(), [Symbol.dispose]: () => {} }, 7);
  return { viewer, window };
}

/** A camera: 15 pictures a second, 720 kbit/s, a key frame a second. */
function startCamera(stream: LiveStream): void {
  const source = new VideoSource(stream, { frameBytes });
  let frames = 0;
  const timer = setInterval(() => source.send(frames++ % framesPerGop === 0 ? 'key' : 'delta'), 1_000 / 15);
  owned.defer(() => clearInterval(timer));
}

/**
 * Frames that came whole: all packets of a timestamp, up to the marker, none missing in between; and the sequence numbers of
 * those that did not, but for the last one, which may be on its way.
 */
function framesOf(window: WeriftWindow): { whole: number; broken: number[][] } {
  const frames = [...Map.groupBy(window.packetsOf(0), ({ header }) => header.timestamp).values()];
  const broken: number[][] = [];
  for (const packets of frames.slice(0, -1)) {
    const numbers = packets.map(({ header }) => header.sequenceNumber);
    const isWhole = packets.at(-1)?.header.marker === true && new Set(numbers).size === numbers.length;
    const span = ((numbers.at(-1) ?? 0) - (numbers[0] ?? 0)) & 0xffff;
    if (!isWhole || span !== numbers.length - 1) broken.push(numbers);
  }
  return { whole: Math.max(0, frames.length - 1 - broken.length), broken };
}

test('a window behind a narrow line loses whole pictures of its own, and is told; others notice nothing', async () => {
  const stream = new LiveStream();
  const relay = await NarrowRelay.start(owned);
  const [narrow, wide] = await Promise.all([openWindow(stream, relay), openWindow(stream)]);
  startCamera(stream);
  await expect.poll(() => narrow.viewer.network?.deliveredBitsPerSecond, { timeout: 10_000 }).toBeDefined();
  expect(narrow.viewer.network).toMatchObject({ loss: 0, limitBitsPerSecond: undefined });

  relay.bitsPerSecond = 400_000;
  expect(await narrow.window.nextOf('skipping')).toMatchObject({
    type: 'skipping',
    slots: [{ slot: 0, assignment: 7, reason: 'network' }],
  });
  expect(await narrow.window.nextOf('network')).toMatchObject({ network: { hasRoom: false } });
  await expect
    .poll(() => narrow.viewer.network?.limitBitsPerSecond, { timeout: 10_000 })
    .toBeLessThan(600_000);
  const before = framesOf(narrow.window).whole;
  await expect.poll(() => framesOf(narrow.window).whole, { timeout: 10_000 }).toBeGreaterThan(before + 5);

  const [, skippedOf] = [narrow, wide].map(({ viewer }) => viewer.slots[0]?.skipping(performance.now()));
  expect(skippedOf).toBeUndefined();
  expect(wide.viewer.network).toMatchObject({ loss: 0, limitBitsPerSecond: undefined });
  expect(framesOf(wide.window).broken).toEqual([]);
  const shown = framesOf(wide.window).whole;
  await expect.poll(() => framesOf(wide.window).whole).toBeGreaterThan(shown + framesPerGop);
}, 60_000);

test('loss of 5 % by chance is no reason to skip anything, and changes nothing for another window', async () => {
  const stream = new LiveStream();
  const relay = await NarrowRelay.start(owned);
  const [lossy, other] = await Promise.all([openWindow(stream, relay), openWindow(stream)]);
  relay.oneLostOf = 20;
  startCamera(stream);
  const { viewer, window } = lossy;
  await expect.poll(() => framesOf(window).whole, { timeout: 15_000 }).toBeGreaterThan(4 * framesPerGop);
  expect(viewer.network?.loss).toBeGreaterThan(0);
  expect(viewer.network?.limitBitsPerSecond).toBeUndefined();
  expect(viewer.slots[0]?.skipping(performance.now())).toBeUndefined();
  expect(framesOf(other.window).broken).toEqual([]);
  expect(framesOf(other.window).whole).toBeGreaterThan(4 * framesPerGop);
  expect(other.viewer.network).toMatchObject({ loss: 0, limitBitsPerSecond: undefined });
  expect(other.viewer.slots[0]?.skipping(performance.now())).toBeUndefined();
}, 60_000);

test('windows of a user who has as much as is allowed lose whole pictures and are told why; those of others do not', async () => {
  const stream = new LiveStream();
  const windows = await Promise.all([openWindow(stream), openWindow(stream)]);
  const other = await openWindow(stream, undefined, 'chief');
  service.seats.change({ windows: 8, windowsOfUser: null, megabits: null, megabitsOfUser: 1 });
  startCamera(stream);
  const told = await Promise.race(windows.map(({ window }) => window.nextOf('skipping')));
  expect(told).toMatchObject({ type: 'skipping', slots: [{ slot: 0, assignment: 7, reason: 'limit' }] });
  const skipped = ({ viewer }: typeof other) => viewer.slots[0]?.skipping(performance.now())?.skipped ?? 0;
  await expect.poll(() => windows.reduce((sum, window) => sum + skipped(window), 0)).toBeGreaterThan(20);
  expect(skipped(other)).toBe(0);
  for (const { window } of [...windows, other]) expect(framesOf(window).broken).toEqual([]);
  const { users } = service.seats.inUse;
  expect(users.map(({ name, windows }) => [name, windows])).toEqual([
    ['guard', 2],
    ['chief', 1],
  ]);
  expect(users[0]?.megabits).toBeLessThan(1.3);
});
