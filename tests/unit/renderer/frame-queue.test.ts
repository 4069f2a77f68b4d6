import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FrameQueue } from '../../../renderer/playback/frame-queue.ts';

let due: (() => void)[];

beforeEach(() => {
  due = [];
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => due.push(callback));
});
afterEach(() => vi.unstubAllGlobals());

function queueOf(videos: number): FrameQueue {
  const queue = new FrameQueue();
  for (let video = 0; video < videos; video++) queue.join();
  return queue;
}

/** One frame of the screen. */
const draw = () => {
  for (const callback of due.splice(0)) callback();
};

test('frames that nobody is told of are all handed over with the next frame of the screen, in their order', () => {
  const queue = queueOf(64);
  const seen: number[] = [];
  for (let frame = 0; frame < 100; frame++) queue.add(() => seen.push(frame) < 0);
  expect(seen).toEqual([]);
  draw();
  expect(seen).toEqual(Array.from({ length: 100 }, (_, frame) => frame));
  expect(due).toEqual([]);
});

test('sixty-four first pictures at once are told a few at a time, none of them twice', () => {
  const queue = queueOf(64);
  const seen: number[] = [];
  for (let tile = 0; tile < 64; tile++) queue.add(() => seen.push(tile) > 0);
  const screens: number[] = [];
  while (due.length > 0) {
    draw();
    screens.push(seen.length);
  }
  expect(screens).toEqual([8, 16, 24, 32, 40, 48, 56, 64]);
  expect(new Set(seen).size).toBe(64);
});

test('of a few videos each frame is told at once, and of as many as were left of many', () => {
  const queue = queueOf(9);
  const leave = Array.from({ length: 55 }, () => queue.join());
  const seen: string[] = [];
  const tell = (frame: string) => queue.add(() => seen.push(frame) > 0);
  tell('waits');
  expect(seen).toEqual([]);
  for (const each of leave) each();
  tell('behind it');
  expect(seen).toEqual([]);
  draw();
  tell('at once');
  expect(seen).toEqual(['waits', 'behind it', 'at once']);
  expect(due).toEqual([]);
});
