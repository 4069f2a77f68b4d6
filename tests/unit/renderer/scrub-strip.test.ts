import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Glimpse } from '../../../renderer/wall/glimpses.ts';
import { ScrubStrip } from '../../../renderer/wall/scrub-strip.svelte.ts';

const minute = 60_000;
let ended: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  ended = new AbortController();
});
afterEach(() => {
  ended.abort();
  vi.useRealTimers();
});

/** A strip that runs, and what it has asked for. */
function open({ glimpse = (at: number): Glimpse => pictureOf(at), mayAsk = (): boolean => true } = {}) {
  const asked: number[] = [];
  const strip = new ScrubStrip(
    (at) => {
      asked.push(at);
      return Promise.resolve(glimpse(at));
    },
    () => mayAsk(),
  );
  void strip.run(ended.signal);
  return { strip, asked };
}

const pictureOf = (at: number) => ({ width: at }) as ImageBitmap;
const show = (strip: ScrubStrip, until: number, milliseconds = minute, width = 960) =>
  strip.show({ until, milliseconds, width });
const gaps = (moments: readonly number[]) =>
  new Set(moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0)));

test.each([
  [minute, 960],
  [5 * minute, 1_266],
  [3_700, 600],
  [63 * minute, 3_822],
])(
  'the pictures of %i ms on %i pixels are evenly spaced, and none is too narrow or very wide',
  (span, width) => {
    const { strip } = open();
    show(strip, 1_000_000, span, width);
    expect([...gaps(strip.moments)]).toEqual([strip.step]);
    const pixels = (strip.step / span) * width;
    expect(pixels).toBeGreaterThanOrEqual(96);
    if (strip.step > 1_000) expect(pixels).toBeLessThanOrEqual(96 * 1.5 + 1);
    expect(strip.moments[0]).toBeGreaterThanOrEqual(1_000_000 - span - strip.step / 2);
    expect(strip.moments.at(-1)).toBeGreaterThan(1_000_000 - strip.step);
  },
);

test('there are boxes before there are pictures, and as many afterwards', async () => {
  const { strip } = open();
  show(strip, 100_000);
  const { moments } = strip;
  expect(moments).toHaveLength(10);
  expect(moments.some((moment) => strip.picture(moment) !== undefined)).toBe(false);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(strip.moments).toBe(moments);
  expect(moments.every((moment) => strip.picture(moment)?.width === moment)).toBe(true);
});

test('as the time moves on, the pictures that are there stay and only those at its end are asked for', async () => {
  const { strip, asked } = open();
  show(strip, 100_000);
  await vi.advanceTimersByTimeAsync(10_000);
  const before = strip.moments;
  asked.length = 0;
  show(strip, 113_000);
  expect(strip.moments).toEqual([...before.slice(2), ...before.slice(-2).map((moment) => moment + 12_000)]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked.sort()).toEqual(strip.moments.slice(-2));
  expect(strip.moments.every((moment) => strip.picture(moment) !== undefined)).toBe(true);
});

test('a time that becomes a little longer or shorter changes no picture', () => {
  const { strip } = open();
  show(strip, 100_000, 60_000);
  const { step } = strip;
  for (const milliseconds of [61_000, 58_000, 66_000, 55_000]) {
    show(strip, 100_000, milliseconds);
    expect(strip.step).toBe(step);
  }
  show(strip, 100_000, 2 * minute);
  expect(strip.step).toBe(2 * step);
});

test('the whole strip says something soon: every eighth moment comes first', async () => {
  const { strip, asked } = open();
  show(strip, 1_000_000, 5 * minute, 3_822);
  await vi.advanceTimersByTimeAsync(20_000);
  const eighths = strip.moments.filter((moment) => (moment / strip.step) % 8 === 0);
  expect(asked.slice(0, eighths.length)).toEqual(eighths.toReversed());
  expect(asked.toSorted((a, b) => a - b)).toEqual(strip.moments);
});

test('pictures come one after the other, and none while the wall suffers', async () => {
  let suffers = false;
  const { strip, asked } = open({ mayAsk: () => !suffers });
  show(strip, 100_000);
  await vi.advanceTimersByTimeAsync(500);
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.length).toBeLessThanOrEqual(4);
  suffers = true;
  const before = asked.length;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked).toHaveLength(before);
  suffers = false;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked).toHaveLength(strip.moments.length);
});

test('what nothing is known of stays empty, and what cannot be decoded is not asked for again', async () => {
  const { strip, asked } = open({ glimpse: () => 'nothing' });
  show(strip, 100_000);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toHaveLength(10);
  const other = open({ glimpse: () => 'undecodable' });
  show(other.strip, 100_000);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(other.asked).toHaveLength(1);
  expect(other.strip.moments).toHaveLength(10);
});

test('a tile without room for it asks for nothing', async () => {
  const { strip, asked } = open();
  show(strip, 100_000, minute, 0);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(strip.moments).toEqual([]);
  expect(asked).toEqual([]);
});
