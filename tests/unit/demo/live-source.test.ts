import { expect, test } from 'vitest';
import { type Clip, ClipFrame } from '../../../main/demo/clip.ts';
import { LiveSource } from '../../../main/demo/live-source.ts';

const frameMilliseconds = 1_000 / 15;

/** Ten pictures, every fifth a key frame. */
const clip: Clip = {
  frames: Array.from(
    { length: 10 },
    (_, index) => new ClipFrame([Buffer.from([index % 5 === 0 ? 0x65 : 0x41])]),
  ),
  format: { name: 'H264', parameters: '' },
};

/** Lets the time of so many frames pass; which pictures were sent, by their place in the clip. */
function play(source: LiveSource, count: number): number[] {
  return Array.from({ length: count }, () => [...source.due(source.dueAt)])
    .flat()
    .map(({ picture }) => clip.frames.indexOf(picture as ClipFrame));
}

test('the clip goes round, and its timestamps go on', () => {
  const source = new LiveSource(clip, 0, 8);
  expect(play(source, 5)).toEqual([8, 9, 0, 1, 2]);
  expect(source.nextTicks).toBe(5 * 6_000);
});

test('each picture is due by its own number: late ticks do not make the next ones late', () => {
  const source = new LiveSource(clip, 100);
  expect([...source.due(99.9)]).toEqual([]);
  for (const late of [0, 3, 3.9, 1]) expect([...source.due(source.dueAt + late)]).toHaveLength(1);
  expect(source.dueAt).toBeCloseTo(100 + 4 * frameMilliseconds, 6);
});

test('after a pause nothing is made up for', () => {
  const source = new LiveSource(clip, 0);
  play(source, 3);
  const { dueAt } = source;
  source.postpone(60_000);
  expect([...source.due(dueAt + 59_999)]).toEqual([]);
  expect([...source.due(dueAt + 60_000)]).toHaveLength(1);
});

test('a frozen picture is the last key frame, and the clip goes on behind it', () => {
  const source = new LiveSource(clip, 0);
  expect(play(source, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  source.freeze(true);
  source.freeze(true);
  expect(play(source, 3)).toEqual([5, 5, 5]);
  source.freeze(false);
  source.freeze(false);
  expect(play(source, 3)).toEqual([6, 7, 8]);
  expect(source.nextTicks).toBe(14 * 6_000);
});

test('frozen in front of a key frame, the one before stands: a decoder has not seen the next yet', () => {
  const source = new LiveSource(clip, 0);
  play(source, 10);
  source.freeze(true);
  expect(play(source, 2)).toEqual([5, 5]);
  source.freeze(false);
  expect(play(source, 5)).toEqual([6, 7, 8, 9, 0]);
});

test('the time to the next key frame', () => {
  const source = new LiveSource(clip, 1_000);
  expect(source.millisecondsToNextKeyFrame(400)).toBeCloseTo(600, 6);
  play(source, 1);
  expect(source.millisecondsToNextKeyFrame(1_010)).toBeCloseTo(5 * frameMilliseconds - 10, 6);
  play(source, 4);
  expect(source.millisecondsToNextKeyFrame(source.dueAt + 5)).toBe(0);
  play(source, 2);
  source.freeze(true);
  expect(source.millisecondsToNextKeyFrame(source.dueAt - 7)).toBeCloseTo(7, 6);
});

test('who asks for a key frame gets one next, and the timestamps go on', () => {
  const source = new LiveSource(clip, 0);
  expect(play(source, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  source.synchronize();
  expect(play(source, 3)).toEqual([5, 6, 7]);
  expect(source.nextTicks).toBe(11 * 6_000);
});

test('another clip goes on at the same place, with a key frame', () => {
  const other: Clip = { ...clip, frames: clip.frames.map(({ nalUnits }) => new ClipFrame(nalUnits)) };
  const source = new LiveSource(clip, 0);
  play(source, 8);
  source.show(other);
  const sent = Array.from({ length: 2 }, () => [...source.due(source.dueAt)]).flat();
  expect(sent.map(({ picture }) => other.frames.indexOf(picture as ClipFrame))).toEqual([5, 6]);
  source.freeze(true);
  source.show(clip);
  expect(play(source, 2)).toEqual([5, 5]);
});
