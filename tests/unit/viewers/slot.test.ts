import fc from 'fast-check';
import { beforeEach, expect, test, vi } from 'vitest';
import type { ReplayPosition } from '../../../main/contract/replay.ts';
import type { H265Support, PictureWay } from '../../../main/contract/viewer.ts';
import { AudioStream } from '../../../main/media/audio-stream.ts';
import { LiveStream } from '../../../main/media/live-stream.ts';
import type { StreamFrame } from '../../../main/media/stream-frame.ts';
import type { StreamLease } from '../../../main/media/stream-lease.ts';
import { Slot } from '../../../main/viewers/slot.ts';
import type { SlotSender, TrackCodec } from '../../../main/viewers/slot-sender.ts';
import type { SlotWindow } from '../../../main/viewers/slot-window.ts';
import { VideoSource } from '../../support/video-source.ts';

class RecordingSender implements SlotSender {
  readonly sent: { payload: Buffer; timestamp: number; marker: boolean }[] = [];
  codec: TrackCodec = 'H264';
  hasRoom = true;
  isLimited = false;
  withheld = 0;

  send(payloads: readonly Buffer[], timestamp: number, marker: boolean): void {
    payloads.forEach((payload, place) => {
      this.sent.push({ payload, timestamp, marker: marker && place === payloads.length - 1 });
    });
  }

  skip(): void {
    this.withheld++;
  }

  use(codec: TrackCodec): boolean {
    this.codec = codec;
    return true;
  }

  report(): void {}

  /** Timestamps of the frames that were sent, in order. */
  get frames(): number[] {
    return this.sent.filter((packet) => packet.marker).map((packet) => packet.timestamp);
  }
}

/** A window that notes what it is told. */
class RecordingWindow implements SlotWindow {
  readonly h265: H265Support;
  readonly pictures: { assignment: number; codec: string; timestamp: number }[] = [];
  readonly ways: { assignment: number; way: PictureWay }[] = [];
  cleared = 0;

  constructor(h265: H265Support = 'none') {
    this.h265 = h265;
  }

  offerPicture(assignment: number, { codec }: StreamFrame, timestamp: number): void {
    this.pictures.push({ assignment, codec, timestamp });
  }

  clearPictures(): void {
    this.cleared++;
  }

  wayChanged(assignment: number, way: PictureWay): void {
    this.ways.push({ assignment, way });
  }

  readonly stills: (number | null)[] = [];
  /** Packets of live pictures that a turn has room for. */
  room = Number.POSITIVE_INFINITY;
  turns = 0;

  stillShown(_: number, milliseconds: number | null): void {
    this.stills.push(milliseconds);
  }

  readonly positions: (ReplayPosition | null)[] = [];

  replayMoved(_: number, position: ReplayPosition | null): void {
    this.positions.push(position);
  }

  takeRoom(packets: number): number {
    const taken = Math.min(packets, this.room);
    this.room -= taken;
    return taken;
  }

  turnNeeded(): void {
    this.turns++;
  }
}

let sender: RecordingSender;
let slot: Slot;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  sender = new RecordingSender();
  slot = new Slot(sender, new RecordingWindow());
  return () => vi.useRealTimers();
});

function lease(stream: LiveStream, onDispose = () => {}): StreamLease {
  return { stream, audio: new AudioStream(), [Symbol.dispose]: onDispose };
}

/** A connected slot that was just bound to a stream with these frames in its cache. */
function joined(...cached: ('key' | 'delta')[]): { stream: LiveStream; source: VideoSource } {
  const stream = new LiveStream();
  const source = new VideoSource(stream);
  source.send(...cached);
  slot.connect();
  slot.bind(lease(stream));
  return { stream, source };
}

function replayAll(): void {
  while (slot.isReplaying) slot.replay();
}

test('a viewer that joins mid-GOP does not wait for the next key frame', () => {
  const { stream, source } = joined('key', 'delta', 'delta');
  replayAll();
  expect(sender.frames).toHaveLength(3);
  expect(sender.sent[0]?.payload).toBe(stream.gop[0]?.payloads[0]);
  source.send('delta');
  expect(sender.frames).toHaveLength(4);
});

test('cached frames go out one millisecond apart, live frames at the distance of the camera', () => {
  const { source } = joined('key', 'delta', 'delta');
  replayAll();
  source.send('delta', 'delta');
  const steps = sender.frames.slice(1).map((timestamp, index) => timestamp - (sender.frames[index] ?? 0));
  expect(steps).toEqual([90, 90, 6_000, 6_000]);
});

test('frames that come during the replay are sent once and in order', () => {
  const { source } = joined('key', 'delta');
  slot.replay();
  source.send('delta', 'delta');
  expect(sender.frames).toHaveLength(1);
  replayAll();
  source.send('delta');
  const steps = sender.frames.slice(1).map((timestamp, index) => timestamp - (sender.frames[index] ?? 0));
  expect(steps).toEqual([90, 6_000, 6_000, 6_000]);
});

test('a key frame during the replay ends it: newer pictures start from there', () => {
  const { source } = joined('key', 'delta', 'delta', 'delta');
  slot.replay();
  source.send('key', 'delta');
  expect(slot.isReplaying).toBe(false);
  expect(sender.frames).toHaveLength(3);
});

test('without a cached key frame the slot waits for the next one', () => {
  const stream = new LiveStream();
  slot.connect();
  slot.bind(lease(stream));
  const source = new VideoSource(stream);
  source.send('delta', 'delta', 'key', 'delta');
  expect(sender.frames).toHaveLength(2);
});

test('nothing is sent before the browser is connected, then the picture comes at once', () => {
  const stream = new LiveStream();
  const source = new VideoSource(stream);
  slot.bind(lease(stream));
  source.send('key', 'delta');
  expect(sender.sent).toEqual([]);
  slot.connect();
  replayAll();
  expect(sender.frames).toHaveLength(2);
});

test('a request for a key frame is answered from the cache, and not again within a second', () => {
  const stream = new LiveStream();
  new VideoSource(stream).send('key', 'delta');
  slot.connect();
  slot.bind(lease(stream));
  replayAll();
  slot.requestKeyFrame();
  expect(slot.isReplaying).toBe(false);
  vi.advanceTimersByTime(1_001);
  slot.requestKeyFrame();
  replayAll();
  expect(sender.sent.map((packet) => packet.payload)).toEqual([
    ...stream.gop.flatMap((frame) => frame.payloads),
    ...stream.gop.flatMap((frame) => frame.payloads),
  ]);
});

test('a GOP that was given up during its replay is not continued in the middle', () => {
  const { stream, source } = joined('key', 'delta');
  slot.replay();
  stream.end();
  stream.begin({ codec: 'H264', parameterSets: [] });
  source.send('delta', 'key', 'delta');
  replayAll();
  expect(sender.frames).toHaveLength(3);
});

test('a GOP that outgrew the cache during its replay is not continued with a gap', () => {
  const stream = new LiveStream();
  const source = new VideoSource(stream, { frameBytes: 20 });
  source.send('key', 'delta');
  slot.connect();
  slot.bind(lease(stream));
  slot.replay();
  for (let i = 0; i < 4_000; i++) source.send('delta');
  expect(stream.isGopWhole).toBe(false);
  replayAll();
  expect(sender.frames).toHaveLength(1);
  source.send('key', 'delta');
  expect(sender.frames).toHaveLength(3);
});

test('of a GOP that was shortened the key frame is shown as an old picture until a new one comes, for which the camera is asked', () => {
  const window = new RecordingWindow();
  slot = new Slot(sender, window);
  const stream = new LiveStream();
  let wishes = 0;
  stream.onKeyFrameWanted = () => {
    wishes++;
  };
  const source = new VideoSource(stream, { frameBytes: 20 });
  source.send('key', ...Array<'delta'>(3_700).fill('delta'));
  expect(stream.isGopWhole).toBe(false);
  // Asked for by the cache itself.
  expect(wishes).toBe(1);
  vi.advanceTimersByTime(247_000);
  slot.connect();
  slot.bind(lease(stream), 3);
  replayAll();
  expect(sender.frames).toHaveLength(1);
  expect(window.stills).toEqual([247_000]);
  source.send('delta', 'delta');
  expect(sender.frames).toHaveLength(1);
  expect(wishes).toBe(2);
  source.send('key', 'delta');
  expect(window.stills).toEqual([247_000, null]);
  expect(sender.frames).toHaveLength(3);
});

test('a request for a key frame does not bring a live picture back to an old one', () => {
  const { stream, source } = joined('key', 'delta');
  replayAll();
  source.send(...Array<'delta'>(3_700).fill('delta'));
  expect(stream.isGopWhole).toBe(false);
  const sent = sender.frames.length;
  vi.advanceTimersByTime(1_001);
  slot.requestKeyFrame();
  replayAll();
  expect(sender.frames).toHaveLength(sent);
});

test('a picture that is too much for one turn goes in several, whole and in order, and those behind it wait', () => {
  const window = new RecordingWindow();
  slot = new Slot(sender, window);
  slot.connect();
  const stream = new LiveStream();
  slot.bind(lease(stream));
  const source = new VideoSource(stream, { frameBytes: 30_000 });
  window.room = 10;
  source.send('key');
  const packets = stream.gop[0]?.payloads.length ?? 0;
  expect(sender.sent).toHaveLength(10);
  expect(slot.isBehind).toBe(true);
  expect(window.turns).toBe(1);
  source.send('delta');
  expect(slot.catchUp(12)).toBe(12);
  expect(slot.catchUp(packets)).toBe(packets - 22);
  expect(slot.catchUp(packets)).toBeGreaterThan(0);
  expect(slot.isBehind).toBe(false);
  expect(sender.sent.map(({ payload }) => payload)).toEqual(stream.gop.flatMap(({ payloads }) => payloads));
  expect(sender.frames).toHaveLength(2);
  window.room = 1_000;
  source.send('delta');
  expect(sender.frames).toHaveLength(3);
});

test('pictures that pile up are dropped up to the next key frame, for which the camera is asked', () => {
  const window = new RecordingWindow();
  slot = new Slot(sender, window);
  const stream = new LiveStream();
  let wishes = 0;
  stream.onKeyFrameWanted = () => {
    wishes++;
  };
  slot.connect();
  slot.bind(lease(stream));
  const source = new VideoSource(stream);
  window.room = 0;
  source.send('key', ...Array<'delta'>(31).fill('delta'));
  expect(slot.isBehind).toBe(true);
  source.send('delta', 'delta');
  expect(slot.isBehind).toBe(false);
  expect(wishes).toBe(1);
  window.room = 1_000;
  source.send('delta');
  expect(sender.sent).toEqual([]);
  source.send('key');
  expect(sender.frames).toHaveLength(1);
});

test('a key frame takes the place of the pictures that wait', () => {
  const window = new RecordingWindow();
  slot = new Slot(sender, window);
  slot.connect();
  const stream = new LiveStream();
  slot.bind(lease(stream));
  const source = new VideoSource(stream);
  window.room = 0;
  source.send('key', 'delta', 'delta');
  window.room = 1_000;
  source.send('key', 'delta');
  expect(slot.isBehind).toBe(false);
  expect(sender.sent.map(({ payload }) => payload)).toEqual(stream.gop.flatMap(({ payloads }) => payloads));
});

test('a replay can stop in the middle of a picture, and goes on there', () => {
  const stream = new LiveStream();
  new VideoSource(stream, { frameBytes: 30_000 }).send('key', 'delta');
  slot.connect();
  slot.bind(lease(stream));
  while (slot.isReplaying) expect(slot.replay(7)).toBeLessThanOrEqual(7);
  expect(sender.sent.map(({ payload }) => payload)).toEqual(stream.gop.flatMap(({ payloads }) => payloads));
  expect(sender.frames).toHaveLength(2);
});

test('a slot without room for a picture goes on with the next key frame, and says how many it skipped', () => {
  const { stream, source } = joined('key', 'delta');
  replayAll();
  source.send('delta');
  sender.hasRoom = false;
  source.send('delta');
  sender.hasRoom = true;
  source.send('delta', 'delta');
  expect(sender.frames).toHaveLength(3);
  expect(slot.skipping(performance.now())).toEqual({ assignment: 0, reason: 'network', skipped: 3 });
  expect(sender.withheld).toBe(3);
  source.send('key', 'delta');
  expect(sender.frames).toHaveLength(5);
  expect(sender.sent.at(-2)?.payload).toBe(stream.gop[0]?.payloads[0]);
  // As far apart as the camera made them: four were skipped in between.
  expect((sender.frames[3] ?? 0) - (sender.frames[2] ?? 0)).toBe(4 * 6_000);
  vi.advanceTimersByTime(4_001);
  expect(slot.skipping(performance.now())).toBeUndefined();
});

test('a key frame that has no room is skipped with all that need it', () => {
  const { source } = joined('key');
  replayAll();
  sender.hasRoom = false;
  source.send('delta', 'key');
  sender.hasRoom = true;
  source.send('delta');
  expect(sender.frames).toHaveLength(1);
  expect(slot.skipping(performance.now())).toEqual({ assignment: 0, reason: 'network', skipped: 3 });
  source.send('key');
  expect(sender.frames).toHaveLength(2);
});

test('cached pictures wait for room, none of them is skipped', () => {
  joined('key', 'delta', 'delta');
  slot.replay();
  sender.hasRoom = false;
  expect(slot.replay()).toBe(0);
  sender.hasRoom = true;
  replayAll();
  expect(sender.frames).toHaveLength(3);
  expect(slot.skipping(performance.now())).toBeUndefined();
});

test('a slot that skips answers no request for a key frame: that would be more of what the network cannot take', () => {
  const { source } = joined('key', 'delta');
  replayAll();
  vi.advanceTimersByTime(1_001);
  sender.hasRoom = false;
  source.send('delta');
  sender.hasRoom = true;
  slot.requestKeyFrame();
  expect(slot.isReplaying).toBe(false);
});

test('what was skipped of one camera is not said of the next', () => {
  const { source } = joined('key');
  replayAll();
  sender.hasRoom = false;
  source.send('delta');
  slot.bind(lease(new LiveStream()), 1);
  expect(slot.skipping(performance.now())).toBeUndefined();
});

test('binding another camera gives the lease of the last one back', () => {
  const stream = new LiveStream();
  let released = 0;
  slot.bind(lease(stream, () => released++));
  slot.bind(null);
  slot.bind(null);
  expect(released).toBe(1);
});

test('timestamps of a slot rise over every change of camera, reconnect and request', () => {
  const action = fc.oneof(
    fc.record({ do: fc.constant('send' as const), count: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ do: fc.constant('key' as const) }),
    fc.record({ do: fc.constant('bind' as const), camera: fc.integer({ min: 0, max: 2 }) }),
    fc.record({ do: fc.constant('pli' as const) }),
    fc.record({ do: fc.constant('replay' as const), count: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ do: fc.constant('wait' as const), milliseconds: fc.integer({ min: 0, max: 5_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      sender = new RecordingSender();
      slot = new Slot(sender, new RecordingWindow());
      slot.connect();
      const streams = [new LiveStream(), new LiveStream(), new LiveStream()];
      const sources = streams.map((stream) => new VideoSource(stream));
      for (const step of actions) {
        switch (step.do) {
          case 'send':
            for (const source of sources) for (let i = 0; i < step.count; i++) source.send('delta');
            break;
          case 'key':
            for (const source of sources) source.send('key');
            break;
          case 'bind': {
            const stream = streams[step.camera];
            if (stream !== undefined) slot.bind(lease(stream));
            break;
          }
          case 'pli':
            slot.requestKeyFrame();
            break;
          case 'replay':
            for (let i = 0; i < step.count; i++) slot.replay();
            break;
          case 'wait':
            vi.advanceTimersByTime(step.milliseconds);
            break;
          default:
            step satisfies never;
        }
      }
      const { frames } = sender;
      for (const [index, timestamp] of frames.entries()) {
        if (index > 0) expect(timestamp).toBeGreaterThan(frames[index - 1] ?? Number.NaN);
      }
    }),
    { numRuns: 300 },
  );
});

const jpegFile = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);

function jpegStream(): LiveStream {
  const stream = new LiveStream();
  stream.begin({ codec: 'JPEG', parameterSets: [] });
  return stream;
}

/** One key frame of H.265, in a packet of its own. */
function sendH265(stream: LiveStream): void {
  const payload = Buffer.alloc(100, 1);
  payload.writeUInt16BE((19 << 9) | 1, 0);
  payload[2] = 0x80;
  stream.push(
    { payloadType: 96, marker: true, sequenceNumber: 1, timestamp: 1, ssrc: 1, payload },
    performance.now(),
  );
}

test('JPEG goes over the data channel, under the number of its binding, and the way is said once', () => {
  const window = new RecordingWindow();
  slot = new Slot(sender, window);
  slot.connect();
  const stream = jpegStream();
  slot.bind(lease(stream), 7);
  for (let index = 0; index < 3; index++) {
    stream.pushPicture(jpegFile, performance.now());
    vi.advanceTimersByTime(100);
  }
  expect(window.pictures).toMatchObject([
    { assignment: 7, codec: 'JPEG' },
    { assignment: 7 },
    { assignment: 7 },
  ]);
  const [first = 0, second = 0] = window.pictures.map(({ timestamp }) => timestamp);
  expect(second - first).toBe(9_000);
  expect(window.ways).toEqual([{ assignment: 7, way: { kind: 'channel', codec: 'JPEG' } }]);
  expect(sender.sent).toEqual([]);
});

test('a slot that shows H.264 after JPEG sends on its track again, and no old JPEG', () => {
  const window = new RecordingWindow();
  slot = new Slot(sender, window);
  slot.connect();
  const jpeg = jpegStream();
  slot.bind(lease(jpeg), 1);
  jpeg.pushPicture(jpegFile, performance.now());
  const { stream, source } = joined('key');
  slot.bind(lease(stream), 2);
  slot.replay();
  source.send('delta');
  jpeg.pushPicture(jpegFile, performance.now());
  expect(window.cleared).toBe(1);
  expect(window.pictures).toHaveLength(1);
  expect(sender.frames).toHaveLength(2);
  // A binding begins with its track: nothing has to be said.
  expect(window.ways).toHaveLength(1);
});

test('the last pictures of a camera that is silent are sent to nobody as new ones, whoever joins or asks', () => {
  const { stream, source } = joined('key', 'delta');
  replayAll();
  const before = sender.frames.length;
  vi.advanceTimersByTime(2_000);
  slot.requestKeyFrame();
  replayAll();
  slot.bind(lease(stream));
  replayAll();
  expect(sender.frames).toHaveLength(before);
  source.skip(2_000);
  source.send('delta');
  replayAll();
  expect(sender.frames).toHaveLength(before + 3);
});

test('a camera that is set from H.264 to JPEG while it is shown changes the way, and back', () => {
  const window = new RecordingWindow();
  slot = new Slot(sender, window);
  slot.connect();
  const stream = new LiveStream();
  slot.bind(lease(stream), 1);
  new VideoSource(stream).send('key');
  stream.end();
  stream.begin({ codec: 'JPEG', parameterSets: [] });
  stream.pushPicture(jpegFile, performance.now());
  stream.end();
  stream.begin({ codec: 'H264', parameterSets: [] });
  new VideoSource(stream).send('key');
  expect(window.ways.map(({ way }) => way.kind)).toEqual(['channel', 'track']);
  expect(sender.frames).toHaveLength(2);
});

test.each(['track', 'channel', 'none'] as const)(
  'H.265 goes to a window by the way that it can show: %s',
  (h265) => {
    const window = new RecordingWindow(h265);
    slot = new Slot(sender, window);
    slot.connect();
    const stream = new LiveStream();
    stream.begin({ codec: 'H265', parameterSets: [] });
    slot.bind(lease(stream), 1);
    sendH265(stream);
    expect({ sent: sender.sent.length, codec: sender.codec, pictures: window.pictures.length }).toEqual(
      {
        track: { sent: 1, codec: 'H265', pictures: 0 },
        channel: { sent: 0, codec: 'H264', pictures: 1 },
        none: { sent: 0, codec: 'H264', pictures: 0 },
      }[h265],
    );
    expect(window.ways).toEqual(
      h265 === 'track' ? [] : [{ assignment: 1, way: { kind: h265, codec: 'H265' } }],
    );
  },
);
