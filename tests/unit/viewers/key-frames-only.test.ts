import fc from 'fast-check';
import { beforeEach, expect, test, vi } from 'vitest';
import { AudioStream } from '../../../main/media/audio-stream.ts';
import { LiveStream } from '../../../main/media/live-stream.ts';
import { Slot } from '../../../main/viewers/slot.ts';
import { VideoSource } from '../../support/video-source.ts';

const frameMilliseconds = 1_000 / 15;

let stream: LiveStream;
let source: VideoSource;
let slot: Slot;
let hasRoom: boolean;
let sent: { payload: Buffer; timestamp: number }[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  sent = [];
  hasRoom = true;
  stream = new LiveStream();
  source = new VideoSource(stream);
  slot = new Slot(
    {
      get hasRoom() {
        return hasRoom;
      },
      isLimited: false,
      send: (payloads, timestamp, marker) => {
        const payload = payloads.at(-1);
        if (marker && payload !== undefined) sent.push({ payload, timestamp });
      },
      skip: () => {},
      use: () => true,
      report: () => {},
    },
    {
      h265: 'none',
      offerPicture: () => {},
      clearPictures: () => {},
      wayChanged: () => {},
      stillShown: () => {},
      takeRoom: (packets) => packets,
      turnNeeded: () => {},
      replayMoved: () => {},
    },
  );
  slot.connect();
  return () => vi.useRealTimers();
});

function bind(): void {
  slot.bind({ stream, audio: new AudioStream(), [Symbol.dispose]: () => {} });
}

function replayAll(): void {
  while (slot.isReplaying && hasRoom) slot.replay();
}

/** Each in its time, and what it makes the slot send at once. */
function send(...kinds: ('key' | 'delta')[]): void {
  for (const kind of kinds) {
    source.send(kind);
    replayAll();
    vi.advanceTimersByTime(frameMilliseconds);
  }
}

function gop(frames: number): ('key' | 'delta')[] {
  return ['key', ...Array.from({ length: frames - 1 }, () => 'delta' as const)];
}

test('a window that joins gets the key frame alone, and then one of each GOP', () => {
  slot.share = 'key-frames';
  send(...gop(15));
  bind();
  replayAll();
  expect(sent.map(({ payload }) => payload)).toEqual([stream.gop[0]?.payloads.at(-1)]);
  send('delta', ...gop(30), ...gop(30));
  expect(sent).toHaveLength(3);
  expect(slot.passedOver).toBe(59);
});

test('a key frame that the network does not take goes as soon as it does', () => {
  slot.share = 'key-frames';
  send(...gop(15));
  bind();
  replayAll();
  hasRoom = false;
  send(...gop(15));
  expect(sent).toHaveLength(1);
  expect(slot.skipping(performance.now())).toMatchObject({ reason: 'network', skipped: 1 });
  hasRoom = true;
  replayAll();
  expect(sent.at(-1)?.payload).toEqual(stream.gop[0]?.payloads.at(-1));
  // Those between are passed over as ever.
  send(...gop(15), 'key');
  expect(sent).toHaveLength(4);
});

test('key frames keep the distance that the camera gave them', () => {
  slot.share = 'key-frames';
  bind();
  send(...gop(30), ...gop(30), ...gop(30));
  const [first = 0, second = 0, third = 0] = sent.map(({ timestamp }) => timestamp);
  expect([second - first, third - second]).toEqual([180_000, 180_000]);
});

test('of more than one key frame a second no more than one is sent', () => {
  slot.share = 'key-frames';
  bind();
  for (let count = 0; count < 10; count++) send(...gop(5));
  expect(sent).toHaveLength(4);
});

test('where key frames are far apart the pictures between them come together, each once', () => {
  slot.share = 'key-frames';
  bind();
  send(...gop(30));
  expect(sent).toHaveLength(1);
  send(...Array.from({ length: 10 }, () => 'delta' as const));
  // 2.5 s are 38 pictures at 15 a second.
  expect(sent.length).toBeGreaterThanOrEqual(38);
  expect(new Set(stream.gop.slice(0, sent.length).map(({ payloads }) => payloads.at(-1)))).toEqual(
    new Set(sent.map(({ payload }) => payload)),
  );
});

test('all pictures again: those that were passed over come at once, and nothing waits for a key frame', () => {
  slot.share = 'key-frames';
  bind();
  send(...gop(20));
  slot.share = 'all';
  replayAll();
  expect(sent).toHaveLength(20);
  send('delta', 'delta');
  expect(sent.map(({ payload }) => payload)).toEqual(stream.gop.map(({ payloads }) => payloads.at(-1)));
});

test('all pictures again while the key frame of a join is on its way', () => {
  slot.share = 'key-frames';
  send(...gop(10));
  bind();
  slot.share = 'all';
  replayAll();
  send('delta');
  expect(sent.map(({ payload }) => payload)).toEqual(stream.gop.map(({ payloads }) => payloads.at(-1)));
});

test('pictures that the cache gave up are not sent in part: the next key frame goes on', () => {
  slot.share = 'key-frames';
  bind();
  send(...gop(5));
  stream.end();
  slot.share = 'all';
  send('delta');
  expect(sent).toHaveLength(1);
  send('key');
  expect(sent).toHaveLength(2);
});

test('seldom: a key frame in four seconds at most, and nothing between, however far apart they are', () => {
  slot.share = 'seldom';
  bind();
  for (let count = 0; count < 5; count++) send(...gop(30));
  expect(sent).toHaveLength(3);
  send(...gop(30), ...gop(150));
  expect(sent).toHaveLength(4);
});

test('from seldom ones to all pictures nothing waits for a key frame', () => {
  slot.share = 'seldom';
  bind();
  send(...gop(100));
  expect(sent).toHaveLength(1);
  slot.share = 'all';
  replayAll();
  expect(sent.map(({ payload }) => payload)).toEqual(stream.gop.map(({ payloads }) => payloads.at(-1)));
});

test('however it is switched, a decoder is never given a picture without those before it, and no picture is older than 3 s', () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('delta' as const) },
    { weight: 1, arbitrary: fc.constantFrom('key' as const, 'all' as const, 'key-frames' as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 50, maxLength: 300 }), (steps) => {
      sent = [];
      stream = new LiveStream();
      source = new VideoSource(stream, { now: performance.now() });
      slot.share = 'all';
      bind();
      /** Of each picture of the camera: which one it is in its GOP. */
      const places = new Map<Buffer, { place: number; gop: number; receivedAt: number }>();
      let gops = 0;
      for (const next of ['key' as const, ...steps]) {
        if (next === 'all' || next === 'key-frames') {
          slot.share = next;
          replayAll();
          continue;
        }
        if (next === 'key') gops++;
        send(next);
        const frame = stream.gop.at(-1);
        const payload = frame?.payloads.at(-1);
        if (frame === undefined || payload === undefined) continue;
        places.set(payload, { place: stream.gop.length - 1, gop: gops, receivedAt: frame.receivedAt });
        const shown = places.get(sent.at(-1)?.payload ?? payload);
        expect(frame.receivedAt - (shown?.receivedAt ?? 0)).toBeLessThan(3_000);
      }
      let before = { place: -1, gop: 0 };
      let timestamp = Number.NEGATIVE_INFINITY;
      for (const one of sent) {
        const now = places.get(one.payload);
        expect(now).toBeDefined();
        if (now === undefined) return;
        if (now.place > 0) expect([now.gop, now.place]).toEqual([before.gop, before.place + 1]);
        expect(one.timestamp).toBeGreaterThan(timestamp);
        [before, timestamp] = [now, one.timestamp];
      }
    }),
    { numRuns: 60 },
  );
});
