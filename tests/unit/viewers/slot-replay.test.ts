import { beforeEach, expect, test, vi } from 'vitest';
import type { ReplayCommand, ReplayPosition } from '../../../main/contract/replay.ts';
import { AudioStream } from '../../../main/media/audio-stream.ts';
import { LiveStream } from '../../../main/media/live-stream.ts';
import { PictureMemory } from '../../../main/media/picture-memory.ts';
import { Slot } from '../../../main/viewers/slot.ts';
import { VideoSource } from '../../support/video-source.ts';

/** First bytes of each picture that was sent: numbers that the source counts. */
let sent: { frame: number; timestamp: number }[];
let positions: (ReplayPosition | null)[];
let room: number;
let stream: LiveStream;
let source: VideoSource;
let slot: Slot;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  sent = [];
  positions = [];
  room = Number.POSITIVE_INFINITY;
  stream = new LiveStream(new PictureMemory(), new PictureMemory(1024 * 1024));
  source = new VideoSource(stream);
  slot = new Slot(
    {
      hasRoom: true,
      isLimited: false,
      send: (payloads, timestamp, marker) => {
        if (marker)
          sent.push({ frame: all.findIndex(({ payloads: [first] }) => first === payloads[0]), timestamp });
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
      replayMoved: (_, position) => positions.push(position),
      takeRoom: (packets) => packets,
      turnNeeded: () => {
        while (room > 0 && slot.isReplaying) room -= slot.replay(room) || room;
      },
    },
  );
  all = [];
  stream.read((frame) => all.push(frame));
  // Three seconds: key frames are 0, 15 and 30.
  for (let second = 0; second < 3; second++) {
    for (let frame = 0; frame < 15; frame++) {
      source.send(frame === 0 ? 'key' : 'delta');
      vi.advanceTimersByTime(1_000 / 15);
    }
  }
  slot.connect();
  slot.bind({ stream, audio: new AudioStream(), [Symbol.dispose]: () => {} }, 7);
  sent = [];
  return () => {
    slot.bind(null);
    vi.useRealTimers();
  };
});

let all: { readonly payloads: readonly Buffer[]; readonly receivedAt: number }[];

function control(command: ReplayCommand): void {
  slot.control(command, 7);
}

/** Just after a frame came. */
const agoOf = (frame: number) => performance.now() - (all[frame]?.receivedAt ?? 0) - 1;
const frames = () => sent.map(({ frame }) => frame);
const upTo = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

test('a moment is reached from the key frame before it, at once, and goes on from there as it happened', () => {
  control({ kind: 'seek', ago: agoOf(25) });
  expect(frames()).toEqual(upTo(15, 25));
  const steps = sent.slice(1).map(({ timestamp }, index) => timestamp - (sent[index]?.timestamp ?? 0));
  expect(new Set(steps)).toEqual(new Set([90]));
  expect(positions.at(-1)).toMatchObject({ speed: 1 });
  vi.advanceTimersByTime(450);
  expect(frames()).toEqual(upTo(15, 31));
});

test('live pictures pass by while the past is shown, and a key frame that the browser asks for is one of the past', () => {
  control({ kind: 'seek', ago: agoOf(25) });
  control({ kind: 'pause' });
  sent = [];
  source.send('key', 'delta');
  expect(frames()).toEqual([]);
  vi.advanceTimersByTime(2_000);
  slot.requestKeyFrame();
  expect(frames()).toEqual(upTo(15, 25));
  expect(positions.at(-1)).toMatchObject({ speed: 0 });
});

test('steps go forwards with one frame, and backwards from the key frame, also into the GOP before', () => {
  control({ kind: 'seek', ago: agoOf(15) });
  const at = frames().at(-1) ?? 0;
  control({ kind: 'pause' });
  expect(at).toBe(15);
  sent = [];
  control({ kind: 'step', frames: 1 });
  expect(frames()).toEqual([16]);
  control({ kind: 'step', frames: -1 });
  expect(frames()).toEqual([16, 15]);
  control({ kind: 'step', frames: -1 });
  expect(frames().slice(2)).toEqual(upTo(0, 14));
  vi.advanceTimersByTime(5_000);
  expect(sent).toHaveLength(17);
});

test('slow motion shows a frame at a time, at its part of the speed', () => {
  control({ kind: 'seek', ago: agoOf(7) });
  control({ kind: 'play', speed: 0.25 });
  sent = [];
  vi.advanceTimersByTime(1_334);
  expect(sent.length).toBeGreaterThanOrEqual(4);
  expect(sent.length).toBeLessThanOrEqual(6);
});

test('timestamps rise whichever way the past is gone through, and back at the present', () => {
  const commands: ReplayCommand[] = [
    { kind: 'skip', milliseconds: -1_000 },
    { kind: 'step', frames: -1 },
    { kind: 'skip', milliseconds: -1_000 },
    { kind: 'play', speed: 4 },
    { kind: 'seek', ago: 100_000 },
    { kind: 'step', frames: 1 },
    { kind: 'live' },
  ];
  for (const command of commands) {
    control(command);
    vi.advanceTimersByTime(70);
  }
  const timestamps = sent.map(({ timestamp }) => timestamp);
  expect(timestamps).toEqual([...new Set(timestamps)].sort((a, b) => a - b));
  expect(positions.at(-1)).toBeNull();
});

test('live is a clear word: the cached GOP comes, and live pictures after it', () => {
  control({ kind: 'skip', milliseconds: -2_000 });
  sent = [];
  control({ kind: 'live' });
  expect(positions.at(-1)).toBeNull();
  expect(frames()).toEqual(upTo(30, 44));
  source.send('delta');
  expect(frames().at(-1)).toBe(45);
  vi.advanceTimersByTime(3_000);
  expect(sent).toHaveLength(16);
});

test('a replay that reaches the present is live again by itself', () => {
  control({ kind: 'seek', ago: agoOf(39) });
  control({ kind: 'play', speed: 4 });
  vi.advanceTimersByTime(500);
  expect(positions.at(-1)).toBeNull();
  source.send('delta');
  expect(frames().at(-1)).toBe(45);
});

test('a camera that goes away leaves its past to be looked at', () => {
  control({ kind: 'skip', milliseconds: -2_000 });
  stream.end();
  sent = [];
  control({ kind: 'seek', ago: agoOf(25) });
  expect(frames()).toEqual(upTo(15, 25));
});

test('what is said of an earlier camera does nothing, and where nothing is kept it is said', () => {
  slot.control({ kind: 'pause' }, 6);
  expect(positions).toEqual([]);
  slot.bind({ stream: new LiveStream(), audio: new AudioStream(), [Symbol.dispose]: () => {} }, 8);
  expect(() => slot.control({ kind: 'pause' }, 8)).toThrow('Nothing of this camera is kept');
  expect(positions).toEqual([]);
});

test('a slow network holds the replay up, and a jump leaves behind what had not gone', () => {
  room = 5;
  control({ kind: 'seek', ago: agoOf(25) });
  expect(sent.length).toBeLessThan(11);
  vi.advanceTimersByTime(1_000);
  const before = sent.length;
  expect(slot.isReplaying).toBe(true);
  room = Number.POSITIVE_INFINITY;
  control({ kind: 'seek', ago: 1_000_000 });
  expect(frames().slice(before)[0]).toBe(0);
});

test('a stream that was opened a moment ago is looked back at in the other one of its camera', () => {
  const main = new LiveStream(new PictureMemory(), new PictureMemory(1024 * 1024));
  main.read((frame) => all.push(frame));
  new VideoSource(main).send('key', 'delta');
  slot.bind(
    {
      stream: main,
      audio: new AudioStream(),
      otherHistory: () => stream.history,
      [Symbol.dispose]: () => {},
    },
    7,
  );
  sent = [];
  control({ kind: 'seek', ago: agoOf(20) });
  expect(frames()).toEqual(upTo(15, 20));
  expect(positions.at(-1)?.oldest).toBeGreaterThan(2_000);
  sent = [];
  control({ kind: 'seek', ago: 0 });
  expect(frames()[0]).toBe(45);
});
