import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LiveStream } from '../../../main/media/live-stream.ts';
import { PictureMemory } from '../../../main/media/picture-memory.ts';
import { VideoSource } from '../../support/video-source.ts';

const megabyte = 1024 * 1024;

function recorded(memory: PictureMemory, frameBytes = 300): { stream: LiveStream; source: VideoSource } {
  const stream = new LiveStream(new PictureMemory(), memory);
  return { stream, source: new VideoSource(stream, { frameBytes }) };
}

test('what was received is kept as the very frames that viewers were sent, and outlasts the connection to the camera', () => {
  const { stream, source } = recorded(new PictureMemory(megabyte));
  source.send('key', 'delta', 'key', 'delta', 'delta');
  const live = stream.gop;
  const { history } = stream;
  expect(history.gopAt(Number.POSITIVE_INFINITY)?.frames).toEqual(live);
  expect(history.gopAt(Number.POSITIVE_INFINITY)?.frames[0]).toBe(live[0]);
  stream.end();
  const newest = history.gopAt(Number.POSITIVE_INFINITY);
  const before = newest && history.gopBefore(newest);
  expect(before?.frames).toHaveLength(2);
  expect(before && history.gopAfter(before)).toBe(newest);
  expect(before && history.gopBefore(before)).toBeUndefined();
});

test('a moment is found in the GOP that was shown then, and before all of them in the oldest', () => {
  const { stream, source } = recorded(new PictureMemory(megabyte));
  source.send('key', 'delta', 'delta', 'key', 'delta');
  const { history } = stream;
  const { oldest, newest } = history.span ?? {};
  expect(history.gopAt((oldest?.receivedAt ?? 0) + 150)?.frames[0]).toBe(oldest);
  expect(history.gopAt(newest?.receivedAt ?? 0)?.frames.at(-1)).toBe(newest);
  expect(history.gopAt(0)?.frames[0]).toBe(oldest);
});

test('the oldest GOP is given up first, whole, and by the camera that keeps most', () => {
  const memory = new PictureMemory(200_000);
  const [small, large] = [recorded(memory, 300), recorded(memory, 10_000)];
  small.source.send('key', 'delta', 'delta');
  for (let gop = 0; gop < 20; gop++) large.source.send('key', 'delta', 'delta');
  expect(memory.usedBytes).toBeLessThanOrEqual(200_000);
  expect(small.stream.history.gopAt(0)?.frames).toHaveLength(3);
  const oldest = large.stream.history.gopAt(0);
  expect(oldest?.frames).toHaveLength(3);
  expect(oldest?.frames[0].keyFrame).toBe(true);
  expect(large.stream.history.span?.newest).toBe(large.stream.gop.at(-1));
});

test('sound is kept with the pictures beside which it came, counts like them, and is given up with them', () => {
  const memory = new PictureMemory(60_000);
  const { stream, source } = recorded(memory, 3_000);
  const { history } = stream;
  const read = Buffer.alloc(65_536, 7);
  const hear = (receivedAt: number) =>
    history.addSound(
      {
        ...{ codec: 'OPUS' as const, clockRate: 48_000, timestamp: receivedAt * 48, aac: undefined },
        payload: read.subarray(100, 400),
      },
      receivedAt,
    );
  hear(0);
  expect(history.soundsBetween(0, 100)).toEqual([]);
  source.send('key', 'delta');
  const before = memory.usedBytes;
  for (let piece = 1; piece <= 20; piece++) hear(piece);
  expect(memory.usedBytes - before).toBeGreaterThan(20 * 300);
  expect(memory.usedBytes - before).toBeLessThan(3 * 20 * 300);
  const kept = history.soundsBetween(5, 8);
  expect(kept.map(({ receivedAt }) => receivedAt)).toEqual([5, 6, 7, 8]);
  expect(kept[0]?.frame.payload).toEqual(read.subarray(100, 400));
  expect(kept[0]?.frame.payload.buffer).not.toBe(read.buffer);
  for (let gop = 0; gop < 10; gop++) source.send('key', 'delta');
  expect(history.soundsBetween(0, 100)).toEqual([]);
  expect(memory.usedBytes).toBeLessThanOrEqual(60_000);
});

test('sound is worth being heard for a history that keeps something', () => {
  const memory = new PictureMemory(megabyte);
  const { history } = recorded(memory).stream;
  expect(history.keepsSound).toBe(true);
  memory.limitBytes = 0;
  expect(history.keepsSound).toBe(false);
});

test('a smaller budget counts at once, and with none nothing is kept', () => {
  const memory = new PictureMemory(megabyte);
  const { stream, source } = recorded(memory);
  source.send('key', 'delta', 'key', 'delta');
  memory.limitBytes = 3_000;
  expect(stream.history.gopAt(0)?.frames[0]).toBe(stream.gop[0]);
  memory.limitBytes = 0;
  source.send('key', 'delta');
  expect(stream.history.span).toBeUndefined();
  expect(memory.usedBytes).toBe(0);
});

test('whatever is received, every GOP that is kept begins with its key frame, and none is more than there is room for', () => {
  const kinds = fc.array(fc.tuple(fc.nat(2), fc.boolean(), fc.integer({ min: 3, max: 60_000 })), {
    maxLength: 80,
  });
  fc.assert(
    fc.property(kinds, (pushes) => {
      const memory = new PictureMemory(100_000);
      const cameras = [recorded(memory), recorded(memory), recorded(memory)];
      for (const [camera, isKey, bytes] of pushes) {
        const source = cameras[camera]?.source;
        if (source === undefined) continue;
        source.frameBytes = bytes;
        source.send(isKey ? 'key' : 'delta');
        expect(memory.usedBytes).toBeLessThanOrEqual(memory.limitBytes);
      }
      for (const { stream } of cameras) {
        for (let gop = stream.history.gopAt(0); gop !== undefined; gop = stream.history.gopAfter(gop))
          expect(gop.frames.map(({ keyFrame }) => keyFrame)).toEqual(
            gop.frames.map((_, index) => index === 0),
          );
        stream.history.clear();
      }
      expect(memory.usedBytes).toBe(0);
    }),
  );
});
