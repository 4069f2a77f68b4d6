import { beforeEach, expect, test, vi } from 'vitest';
import { Watchdog } from '../../../renderer/wall/watchdog.ts';

/** What it has barked, one after the other. */
let barks: (number | null)[];
let watchdog: Watchdog;

beforeEach(() => {
  vi.useFakeTimers();
  barks = [];
  watchdog = new Watchdog((seconds) => barks.push(seconds));
  return () => {
    watchdog.rest();
    vi.useRealTimers();
  };
});

const pass = (seconds: number) => vi.advanceTimersByTime(seconds * 1_000);

test('it says nothing of a page that beats, however long, nor of one that is a little late', () => {
  for (let beat = 0; beat < 100; beat++) {
    watchdog.beat();
    pass(beat % 2 === 0 ? 1 : 2.9);
  }
  expect(barks).toEqual([]);
});

test('a page without time is told of after three seconds, and its silence counts on until the next beat', () => {
  watchdog.beat();
  pass(2.9);
  expect(barks).toEqual([]);
  pass(2.6);
  expect(barks).toEqual([3, 3, 4, 4, 5, 5]);
  watchdog.beat();
  expect(barks.at(-1)).toBeNull();
  pass(2.9);
  watchdog.beat();
  expect(barks.filter((bark) => bark === null)).toHaveLength(1);
});

test('a page that nobody sees may be silent, and is silent anew when somebody sees it again', () => {
  watchdog.beat();
  pass(2);
  watchdog.rest();
  pass(3_600);
  watchdog.beat();
  pass(2.9);
  expect(barks).toEqual([]);
  pass(0.2);
  expect(barks).toEqual([3]);
});

test('nobody sees the page any more while it has no time: its veil is gone when it comes back', () => {
  watchdog.beat();
  pass(4);
  watchdog.rest();
  expect(barks.at(-1)).toBeNull();
});

test('a computer that has slept gives its page as much time as any other to say that it is there', () => {
  watchdog.beat();
  pass(0.4);
  // Timers stand still, the clock may not.
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 3_600_000);
  vi.advanceTimersToNextTimer();
  expect(barks).toEqual([]);
  vi.restoreAllMocks();
});

test('where the watchdog itself hardly gets a turn it says the true time all the same', () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(0);
  watchdog.beat();
  for (const at of [5_000, 10_000, 15_000]) {
    now.mockReturnValue(at);
    vi.advanceTimersToNextTimer();
  }
  now.mockRestore();
  expect(barks).toEqual([15]);
});
