import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BurstLimit } from '../../../main/viewers/burst-limit.ts';
import { type PacedWindow, Pacer } from '../../../main/viewers/pacer.ts';

/** So many packets of each kind wait; what is sent is noted. */
class WaitingWindow implements PacedWindow {
  live = 0;
  cached = 0;
  /** Packets in each turn. */
  readonly turns: { live: number; cached: number }[] = [];

  get isWaiting(): boolean {
    return this.live + this.cached > 0;
  }

  catchUp(most: number): number {
    const sent = Math.min(most, this.live);
    this.live -= sent;
    this.turns.push({ live: sent, cached: 0 });
    return sent;
  }

  replay(most: number): number {
    const sent = Math.min(most, this.cached);
    this.cached -= sent;
    const turn = this.turns.at(-1);
    if (turn !== undefined) turn.cached = sent;
    return sent;
  }
}

let pacer: Pacer;
beforeEach(() => {
  vi.useFakeTimers();
  pacer = new Pacer();
  return () => vi.useRealTimers();
});
afterEach(() => pacer[Symbol.dispose]());

function waiting(packets: { live?: number; cached?: number }): WaitingWindow {
  const window = Object.assign(new WaitingWindow(), packets);
  pacer.enter(window);
  return window;
}

test('a window gets fewer packets in a turn than a socket has room for, live ones first', () => {
  const window = waiting({ live: 40, cached: 50 });
  vi.runAllTimers();
  expect(window.turns).toEqual([
    { live: 24, cached: 0 },
    { live: 16, cached: 8 },
    { live: 0, cached: 24 },
    { live: 0, cached: 18 },
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

test('many windows share a turn, and whoever got nothing is the first in the next one', () => {
  const windows = Array.from({ length: 10 }, () => waiting({ cached: 100 }));
  const sent = () => windows.map(({ cached }) => 100 - cached);
  vi.advanceTimersToNextTimer();
  expect(sent()).toEqual([24, 24, 24, 24, 0, 0, 0, 0, 0, 0]);
  vi.advanceTimersToNextTimer();
  expect(sent()).toEqual([24, 24, 24, 24, 24, 24, 24, 24, 0, 0]);
  vi.advanceTimersToNextTimer();
  expect(sent()).toEqual([48, 48, 24, 24, 24, 24, 24, 24, 24, 24]);
});

test('live pictures of one window come before the cached ones of all others', () => {
  const walls = Array.from({ length: 5 }, () => waiting({ cached: 1_000 }));
  const late = waiting({ live: 20 });
  vi.advanceTimersToNextTimer();
  expect(late.live).toBe(0);
  expect(walls.some(({ cached }) => cached < 1_000)).toBe(true);
});

test('a window that has left gets no turn', () => {
  const window = waiting({ cached: 100 });
  pacer.leave(window);
  vi.runAllTimers();
  expect(window.turns).toEqual([]);
});

test('a burst is limited, and the limit passes with time', () => {
  const limit = new BurstLimit();
  expect(limit.take(20, 1_000)).toBe(20);
  expect(limit.take(100, 1_000)).toBe(28);
  expect(limit.take(100, 1_000)).toBe(0);
  expect(limit.take(100, 1_000.5)).toBe(24);
  expect(limit.take(100, 5_000)).toBe(48);
});
