import { beforeEach, expect, test, vi } from 'vitest';
import { type AudioFrame, AudioStream } from '../../../main/media/audio-stream.ts';
import { AudioSource, tracks } from '../../support/audio-source.ts';

let stream: AudioStream;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  stream = new AudioStream();
  return () => vi.useRealTimers();
});

function listen(): { frames: AudioFrame[]; reading: Disposable } {
  const frames: AudioFrame[] = [];
  return { frames, reading: stream.read((frame) => frames.push(frame)) };
}

const steps = (frames: readonly AudioFrame[]) =>
  frames.slice(1).map(({ timestamp }, index) => timestamp - (frames[index]?.timestamp ?? 0));
const packets = (count: number, bytes = 160) => Array.from({ length: count }, () => Buffer.alloc(bytes, 1));

test('the camera is asked for its sound while somebody listens, and only then', () => {
  const source = new AudioSource(stream);
  expect(source.isHeard).toBe(false);
  const first = listen();
  expect(source.isHeard).toBe(true);
  const second = listen();
  first.reading[Symbol.dispose]();
  source.send(...packets(1));
  expect(source.isHeard).toBe(true);
  second.reading[Symbol.dispose]();
  expect(source.isHeard).toBe(false);
  expect([first.frames.length, second.frames.length]).toEqual([0, 1]);
});

test('who listens hears a camera that is connected anew, on the same timeline', () => {
  const source = new AudioSource(stream);
  const { frames } = listen();
  source.send(...packets(2));
  stream.end();
  vi.advanceTimersByTime(1_000);
  source.begin(tracks.pcmu, 7);
  source.send(...packets(2));
  expect(steps(frames)).toEqual([160, 8_000, 160]);
});

test('timestamps go on over their wrap', () => {
  const source = new AudioSource(stream, tracks.pcmu, { timestamp: 2 ** 32 - 100 });
  const { frames } = listen();
  source.send(...packets(3));
  expect(steps(frames)).toEqual([160, 160]);
});

test('packets that are too large for a datagram are cut, and nothing is lost', () => {
  const source = new AudioSource(stream, tracks.pcma, { ticks: 2_000 });
  const { frames } = listen();
  const payload = Buffer.from(Array.from({ length: 2_000 }, (_, index) => index & 0xff));
  source.send(payload, payload);
  expect(frames.map(({ payload: piece }) => piece.length)).toEqual([800, 800, 400, 800, 800, 400]);
  expect(Buffer.concat(frames.map(({ payload: piece }) => piece))).toEqual(Buffer.concat([payload, payload]));
  expect(steps(frames)).toEqual([800, 800, 400, 800, 800]);
});

test('G.722 of a camera that counts at 16 kHz goes on as browsers count it', () => {
  const source = new AudioSource(stream, { ...tracks.g722, clockRate: 16_000 }, { ticks: 320 });
  const { frames } = listen();
  source.send(...packets(3));
  expect(steps(frames)).toEqual([160, 160]);
  expect(frames[0]?.clockRate).toBe(8_000);
});

test('empty packets are left out', () => {
  const source = new AudioSource(stream);
  const { frames } = listen();
  source.send(Buffer.alloc(0), ...packets(1));
  expect(frames).toHaveLength(1);
});
