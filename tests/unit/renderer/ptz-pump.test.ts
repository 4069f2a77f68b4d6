import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PtzPump } from '../../../renderer/ptz/ptz-pump.ts';
import { still, type Velocity } from '../../../renderer/ptz/velocity.ts';

let said: (number | 'stop')[];

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
});
afterEach(() => {
  vi.useRealTimers();
});

const right = (pan: number): Velocity => ({ ...still, pan });

/** A camera that takes so long to answer. */
function pumpTo(milliseconds: number, refuses = false): PtzPump {
  const answer = () => new Promise((resolve) => setTimeout(resolve, milliseconds));
  return new PtzPump({
    move: async ({ pan }) => {
      said.push(pan);
      await answer();
      return !refuses;
    },
    stop: async () => {
      said.push('stop');
      await answer();
    },
  });
}

test('a speed that is held is said again before its time is over, and let go it is ended once', async () => {
  const pump = pumpTo(10);
  pump.set(right(0.5));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(said.length).toBeGreaterThanOrEqual(5);
  expect(new Set(said)).toEqual(new Set([0.5]));
  said = [];
  pump.set(still);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(said).toEqual(['stop']);
});

test('of what is wished while a slow camera answers only the newest is said, and the stop is never left out', async () => {
  const pump = pumpTo(1_000);
  pump.set(right(0.1));
  for (const pan of [0.2, 0.3, 0.4]) {
    await vi.advanceTimersByTimeAsync(50);
    pump.set(right(pan));
  }
  await vi.advanceTimersByTimeAsync(1_200);
  pump.set(right(0.9));
  pump.set(still);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(said).toEqual([0.1, 0.4, 'stop']);
});

test('a hand that moves on while the stop is on its way goes on moving', async () => {
  const pump = pumpTo(100);
  pump.set(right(1));
  await vi.advanceTimersByTimeAsync(200);
  const released = pump.release();
  await vi.advanceTimersByTimeAsync(50);
  pump.set(right(-1));
  await vi.advanceTimersByTimeAsync(300);
  void pump.release();
  await vi.advanceTimersByTimeAsync(1_000);
  await released;
  expect(said).toEqual([1, 'stop', -1, 'stop']);
});

test('what was refused is not said again, until it is wished anew', async () => {
  const pump = pumpTo(10, true);
  pump.set(right(1));
  await vi.advanceTimersByTimeAsync(3_000);
  expect(said).toEqual([1]);
  pump.set(right(0.5));
  await vi.advanceTimersByTimeAsync(3_000);
  expect(said).toEqual([1, 0.5]);
});
