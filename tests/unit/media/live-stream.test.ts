import { expect, test } from 'vitest';
import { LiveStream, type StreamFrame } from '../../../main/media/live-stream.ts';
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

test('a GOP without end is forgotten before it eats the memory', () => {
  const stream = new LiveStream();
  const source = new VideoSource(stream, { frameBytes: 200 });
  source.send('key');
  for (let i = 0; i < 5_000; i++) source.send('delta');
  expect(stream.gop).toEqual([]);
});
