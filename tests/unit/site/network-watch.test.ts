import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NetworkWatch } from '../../../main/site/network-watch.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('another address is told once, and the same ones are not', () => {
  let addresses = ['192.0.2.7'];
  const told: (readonly string[])[] = [];
  {
    using _watch = new NetworkWatch(
      (now) => told.push(now),
      () => addresses,
    );
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([]);
    addresses = [];
    vi.advanceTimersByTime(2_000);
    addresses = ['192.0.2.9', '198.51.100.1'];
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([[], ['192.0.2.9', '198.51.100.1']]);
  }
  addresses = [];
  vi.advanceTimersByTime(60_000);
  expect(told).toHaveLength(2);
});
