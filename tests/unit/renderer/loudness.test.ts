import { afterEach, expect, test, vi } from 'vitest';
import { loudnessOf, meterOf } from '../../../renderer/playback/loudness.ts';
import { loadVolume, saveVolume } from '../../../renderer/playback/volume-storage.ts';

afterEach(() => vi.unstubAllGlobals());

/** Eight whole periods of a sine. */
const sine = (amplitude: number) =>
  Float32Array.from({ length: 1_024 }, (_, index) => amplitude * Math.sin((index * Math.PI) / 64));

test('a sine is as loud as its amplitude through the root of two, silence is nothing', () => {
  expect(loudnessOf(sine(1))).toBeCloseTo(Math.SQRT1_2, 5);
  expect(loudnessOf(sine(0.02))).toBeCloseTo(0.02 * Math.SQRT1_2, 6);
  expect(loudnessOf(new Float32Array(1_024))).toBe(0);
  expect(loudnessOf(new Float32Array())).toBe(0);
});

test.each([
  [1, 1],
  [0.1, 2 / 3],
  [10 ** -1.5, 0.5],
  [0.01, 1 / 3],
  [0.001, 0],
  [0.0005, 0],
  [0, 0],
  [1.4, 1],
])('the meter goes evenly with decibels: loudness %d is %d of it', (loudness, share) => {
  expect(meterOf(loudness)).toBeCloseTo(share, 9);
});

test('each halving of the loudness takes the same part of the meter', () => {
  const steps = [1, 0.5, 0.25, 0.125, 0.062_5].map(meterOf);
  for (const [index, step] of steps.slice(1).entries())
    expect((steps[index] ?? 0) - step).toBeCloseTo(0.100_34, 4);
});

test('the volume of this station is kept, and what is no volume is full volume', () => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  expect(loadVolume()).toBe(1);
  for (const volume of [0, 0.35, 1]) {
    saveVolume(volume);
    expect(loadVolume()).toBe(volume);
  }
  for (const nonsense of ['loud', '-1', '1.5', 'NaN', 'Infinity']) {
    kept.set('gatehouse.volume', nonsense);
    expect(loadVolume()).toBe(1);
  }
});
