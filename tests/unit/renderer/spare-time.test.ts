import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SpareTime } from '../../../renderer/wall/spare-time.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('what nobody waits for is done a few at a time, and in the end all of it', () => {
  const spareTime = new SpareTime();
  let done = 0;
  for (let piece = 0; piece < 10; piece++) spareTime.add(() => done++);
  const steps: number[] = [];
  while (vi.getTimerCount() > 0) {
    vi.advanceTimersToNextTimer();
    steps.push(done);
  }
  expect(steps).toEqual([4, 8, 10]);
});

test('what is taken back is not done', () => {
  const spareTime = new SpareTime();
  const done: string[] = [];
  const spare = spareTime.add(() => done.push('spared'));
  spareTime.add(() => done.push('done'));
  spare();
  vi.runAllTimers();
  expect(done).toEqual(['done']);
});

test('each piece waits its own time, also behind one that was added before it', () => {
  const spareTime = new SpareTime(600);
  const doneAt: number[] = [];
  const startedAt = performance.now();
  const add = () => spareTime.add(() => doneAt.push(performance.now() - startedAt));
  add();
  vi.advanceTimersByTime(500);
  add();
  vi.runAllTimers();
  expect(doneAt).toEqual([600, 1_100]);
});
