import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LiveStream } from '../../../main/media/live-stream.ts';
import { PictureMemory } from '../../../main/media/picture-memory.ts';
import type { StreamFrame } from '../../../main/media/stream-frame.ts';
import { VideoSource } from '../../support/video-source.ts';

function collect(stream: LiveStream): StreamFrame[] {
  const frames: StreamFrame[] = [];
  stream.read((frame) => frames.push(frame));
  return frames;
}

test('the cache holds the frames since the last key frame', () => {
  const stream = new LiveStream();
  const source = new VideoSource(stream);
  source.send('key', 'delta', 'delta', 'key', 'delta');
  expect(stream.gop.map((frame) => frame.keyFrame)).toEqual([true, false]);
});

test('nothing is passed on before the first key frame of a connection', () => {
  const stream = new LiveStream();
  const frames = collect(stream);
  const source = new VideoSource(stream);
  source.send('delta', 'delta', 'key', 'delta');
  expect(frames.map((frame) => frame.keyFrame)).toEqual([true, false]);
  stream.end();
  stream.begin({ codec: 'H264', parameterSets: [] });
  source.send('delta', 'key');
  expect(frames.map((frame) => frame.keyFrame)).toEqual([true, false, true]);
});

test('a key frame is wished for while pictures come without one, once a second, and only when somebody waits', () => {
  const stream = new LiveStream();
  let wishes = 0;
  stream.onKeyFrameWanted = () => {
    wishes++;
  };
  const source = new VideoSource(stream);
  const deltas = (count: number) => source.send(...Array<'delta'>(count).fill('delta'));
  deltas(30);
  expect(wishes).toBe(0);
  stream.wantKeyFrame();
  deltas(10);
  expect(wishes).toBe(1);
  // 1.7 s by now.
  deltas(15);
  expect(wishes).toBe(2);
  source.send('key');
  deltas(30);
  expect(wishes).toBe(2);
});

test('a connection that ended leaves no picture that could be taken for a live one', () => {
  const stream = new LiveStream();
  new VideoSource(stream).send('key', 'delta');
  stream.end();
  expect(stream.gop).toEqual([]);
});

test('timestamps go on rising when the camera comes back with another clock', () => {
  const stream = new LiveStream();
  const frames = collect(stream);
  new VideoSource(stream, { timestamp: 4_000_000_000 }).send('key', 'delta');
  stream.end();
  stream.begin({ codec: 'H264', parameterSets: [] });
  new VideoSource(stream, { timestamp: 5, ssrc: 2, now: 30_000 }).send('key', 'delta');
  const timestamps = frames.map((frame) => frame.timestamp);
  expect(timestamps).toEqual([...timestamps].sort((a, b) => a - b));
  expect(new Set(timestamps).size).toBe(4);
});

test('packets are made once: every reader gets the very same frame', () => {
  const stream = new LiveStream();
  const first = collect(stream);
  const second = collect(stream);
  new VideoSource(stream).send('key');
  expect(first[0]).toBeDefined();
  expect(first[0]).toBe(second[0]);
});

test('a reader that left gets no more frames', () => {
  const stream = new LiveStream();
  const frames: StreamFrame[] = [];
  const reading = stream.read((frame) => frames.push(frame));
  const source = new VideoSource(stream);
  source.send('key');
  reading[Symbol.dispose]();
  source.send('delta');
  expect(frames).toHaveLength(1);
});

test('of a GOP without end the key frame stays, and the camera is asked for a new one before and after, once', () => {
  const stream = new LiveStream();
  let wishes = 0;
  stream.onKeyFrameWanted = () => {
    wishes++;
  };
  const source = new VideoSource(stream, { frameBytes: 200 });
  const send = (count: number) => source.send(...Array<'delta'>(count).fill('delta'));
  source.send('key');
  const [keyFrame] = stream.gop;
  send(2_600);
  expect(wishes).toBe(0);
  send(800);
  expect(wishes).toBe(1);
  expect(stream.isGopWhole).toBe(true);
  send(1_000);
  expect(stream.gop).toEqual([keyFrame]);
  expect(stream.isGopWhole).toBe(false);
  expect(wishes).toBe(1);
  source.send('key', 'delta');
  expect(stream.gop).toHaveLength(2);
  expect(stream.isGopWhole).toBe(true);
});

test('the largest camera gives up pictures when there is no room for all, and has them again from the next key frame on', () => {
  const memory = new PictureMemory(200_000);
  const [small, large] = [new LiveStream(memory), new LiveStream(memory)];
  let wishes = 0;
  large.onKeyFrameWanted = () => {
    wishes++;
  };
  const [smallSource, largeSource] = [
    new VideoSource(small, { frameBytes: 500 }),
    new VideoSource(large, { frameBytes: 20_000 }),
  ];
  for (const source of [smallSource, largeSource]) source.send('key');
  for (let index = 0; index < 12; index++) {
    smallSource.send('delta');
    largeSource.send('delta');
  }
  expect(small.gop).toHaveLength(13);
  expect(large.gop.map(({ keyFrame }) => keyFrame)).toEqual([true]);
  expect(memory.shortened).toBe(1);
  expect(wishes).toBe(1);
  largeSource.send('key', 'delta');
  expect(large.gop).toHaveLength(2);
  for (const stream of [small, large]) stream.end();
  expect(memory.usedBytes).toBe(0);
});

const cameraPush = fc.record({
  camera: fc.nat({ max: 5 }),
  codec: fc.constantFrom('H264', 'H265', 'JPEG'),
  keyFrame: fc.boolean(),
  bytes: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 3, max: 9_000 }) }, fc.constant(120_000)),
  isTaken: fc.boolean(),
});

test('whatever cameras send in whatever order, they never keep more than there is room for', () => {
  fc.assert(
    fc.property(fc.array(cameraPush, { maxLength: 150 }), (pushes) => {
      const memory = new PictureMemory(100_000);
      const streams = Array.from({ length: 6 }, () => new LiveStream(memory));
      const taken = new Map<StreamFrame, readonly Buffer[]>();
      pushes.forEach(({ camera, codec, keyFrame, bytes, isTaken }, index) => {
        const stream = streams[camera] as LiveStream;
        if (stream.codec !== codec) stream.begin({ codec, parameterSets: [] });
        sendPicture(stream, keyFrame, bytes, index);
        // Payloads of H.265 are made when a window takes them.
        if (isTaken) for (const frame of stream.gop) taken.set(frame, frame.payloads);
        expect(memory.usedBytes).toBeLessThanOrEqual(memory.limitBytes);
        const kept = streams.flatMap(({ gop }) => gop);
        const payloads = kept.flatMap((frame) =>
          frame.codec === 'H265' ? (taken.get(frame) ?? []) : frame.payloads,
        );
        const held = [...payloads, ...kept.flatMap(({ units }) => units)];
        // What they say that they keep is not less than what they keep.
        expect(memory.usedBytes).toBeGreaterThanOrEqual(held.reduce((sum, { length }) => sum + length, 0));
      });
      for (const stream of streams) stream.end();
      expect(memory.usedBytes).toBe(0);
    }),
    { numRuns: 200 },
  );
});

/** One picture; of H.264 and H.265 in a packet of its own. */
function sendPicture(stream: LiveStream, keyFrame: boolean, bytes: number, index: number): void {
  const payload = Buffer.alloc(bytes, 1);
  const now = 1_000 + index * 40;
  if (stream.codec === 'JPEG') {
    stream.pushPicture(payload, now);
    return;
  }
  if (stream.codec === 'H264') payload.writeUInt16BE(keyFrame ? 0x6580 : 0x4180, 0);
  else payload.writeUInt16BE(((keyFrame ? 19 : 1) << 9) | 1, 0);
  if (stream.codec === 'H265') payload[2] = 0x80;
  stream.push(
    {
      payloadType: 96,
      marker: true,
      sequenceNumber: index & 0xffff,
      timestamp: index * 3_600,
      ssrc: 1,
      payload,
    },
    now,
  );
}
