import { expect, test } from 'vitest';
import type { Allowance } from '../../../renderer/playback/ceilings.ts';
import { DecodeBudget, type DecodeLoad } from '../../../renderer/playback/decode-budget.ts';

/*
 * A model of a computer that shows a wall of a hundred small streams, one of them selected. Its figures are those of
 * `npm run bench -- --only tiles` on two cores: 64 tiles take 0.96 cores in all, of which decoding is two fifths.
 */
const wall = { tiles: 99, mains: 0 };
const picturesPerSecond = 15;
/** Cores that a picture a second takes, on its whole way; a key frame has four times the bytes. */
const pictureCost = 0.001;
const keyFrameCost = 0.004;
const restCost = 0.15;
const decodingShare = 0.4;

interface Machine {
  /** As fast as those of the benchmark. */
  readonly cores: number;
  /** What other programs take, in cores, by sample. */
  readonly others?: (sample: number) => number;
  /** Samples in which the page has no time, since it draws its wall and all pictures begin. */
  readonly beginning?: number;
}

/** Cores that are asked for. */
function demandOf({ reduced, seldom }: Allowance): number {
  const whole = wall.tiles + 1 - reduced;
  const keyFrames = (reduced - seldom) / 2 + seldom / 4;
  return restCost + whole * picturesPerSecond * pictureCost + keyFrames * keyFrameCost;
}

function loadOf({ cores, others = () => 0, beginning = 0 }: Machine, now: Allowance, sample: number) {
  const demand = demandOf(now);
  const use = demand / Math.max(0.1, cores - others(sample));
  const lost = use > 1 ? 1 - 1 / use : 0;
  const decoding = ((demand - restCost) * decodingShare) / cores;
  const load: DecodeLoad = {
    busy: decoding * Math.max(1, use),
    dropped: 0,
    delay: use > 1 ? 300 * use : 10 / (1.05 - use),
    blocked: sample < beginning ? 0.9 : use / 4,
    missed: lost,
  };
  return { load, lost };
}

/** What there is sample after sample, of two seconds each. */
function run(processors: number, machine: Machine, minutes: number) {
  const budget = new DecodeBudget(processors);
  let now: Allowance = budget.take(undefined, wall);
  return Array.from({ length: minutes * 30 }, (_, sample) => {
    const { load, lost } = loadOf(machine, now, sample);
    now = budget.take(load, wall);
    return { ...now, lost, share: demandOf(now) / machine.cores };
  });
}

const last = <T>(all: readonly T[], count: number) => all.slice(-count);

test('on two cores that can show all hundred tiles all are shown within a minute and a half', () => {
  const samples = run(2, { cores: 2 }, 5);
  expect(samples.findIndex(({ reduced }) => reduced === 0)).toBeLessThan(45);
  expect(last(samples, 100).every(({ reduced }) => reduced === 0)).toBe(true);
});

test.each([
  { processors: 1, cores: 1 },
  { processors: 2, cores: 1 },
  { processors: 2, cores: 0.7 },
])(
  'where they are too many most of the computer is used, and the selected one loses nothing: %o',
  (machine) => {
    const { processors, cores } = machine;
    const samples = run(processors, { cores }, 10);
    const rest = last(samples, 150);
    expect(rest.filter(({ lost }) => lost > 0.05).length).toBeLessThan(8);
    expect(Math.min(...rest.map(({ share }) => share))).toBeGreaterThan(0.5);
    expect(rest.every(({ seldom }) => seldom === 0)).toBe(true);
    const changes = rest.filter(({ reduced }, index) => reduced !== (rest[index - 1]?.reduced ?? reduced));
    expect(changes.length).toBeLessThan(10);
  },
);

test('a page that has no time while its wall begins has its pictures soon afterwards', () => {
  const samples = run(1, { cores: 1, beginning: 12 }, 5);
  expect(samples.slice(30).every(({ seldom }) => seldom === 0)).toBe(true);
  expect(samples.findIndex(({ share }, sample) => sample > 12 && share > 0.5)).toBeLessThan(60);
});

test('what another program takes is given up at once, and taken again when that has ended', () => {
  const others = (sample: number) => (sample >= 90 && sample < 150 ? 1.5 : 0);
  const samples = run(2, { cores: 2, others }, 15);
  expect(samples[89]?.reduced).toBe(0);
  const during = samples.slice(100, 150);
  expect(during.filter(({ lost }) => lost > 0.05).length).toBeLessThan(12);
  expect(samples.slice(150).findIndex(({ reduced }) => reduced === 0)).toBeLessThan(150);
});
