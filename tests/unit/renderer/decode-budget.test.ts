import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeBudget, type DecodeLoad } from '../../../renderer/playback/decode-budget.ts';

const calm: DecodeLoad = { busy: 0.2, dropped: 0 };
const short: DecodeLoad = { busy: 1.2, dropped: 0.2 };

/** What a computer with room for so many whole tiles says of a wall; a reduced one costs a thirtieth. */
function loadOf(tiles: number, reduced: number, room: number): DecodeLoad {
  const busy = (tiles - reduced + reduced / 30) / room;
  return { busy, dropped: Math.max(0, 1 - 1 / busy) };
}

test('a computer that keeps up has all pictures', () => {
  const budget = new DecodeBudget();
  for (let sample = 0; sample < 100; sample++) expect(budget.take(calm, 64)).toBe(0);
});

test('one bad sample changes nothing, two do', () => {
  const budget = new DecodeBudget();
  expect(budget.take(short, 16)).toBe(0);
  expect(budget.take(calm, 16)).toBe(0);
  expect(budget.take(short, 16)).toBe(0);
  expect(budget.take(short, 16)).toBe(4);
});

test('it waits for what a change brings before the next one', () => {
  const budget = new DecodeBudget();
  const reduced = Array.from({ length: 8 }, () => budget.take(short, 16));
  expect(reduced).toEqual([0, 4, 4, 4, 4, 8, 8, 8]);
});

test('it climbs in small steps when there is room again, up to all pictures', () => {
  const budget = new DecodeBudget();
  for (let sample = 0; sample < 40; sample++) budget.take(short, 24);
  const climb = Array.from({ length: 400 }, () => budget.take(calm, 24));
  const steps = climb.slice(1).map((reduced, index) => (climb[index] ?? 0) - reduced);
  expect(Math.max(...steps)).toBe(2);
  expect(Math.min(...steps)).toBe(0);
  expect(climb.at(-1)).toBe(0);
});

test('between enough and too little it stays where it is', () => {
  const budget = new DecodeBudget();
  budget.take(short, 16);
  budget.take(short, 16);
  for (let sample = 0; sample < 200; sample++) expect(budget.take({ busy: 0.65, dropped: 0 }, 16)).toBe(4);
});

test('as long as nobody knows anything nothing changes', () => {
  const budget = new DecodeBudget();
  budget.take(short, 16);
  for (let sample = 0; sample < 50; sample++) expect(budget.take(undefined, 16)).toBe(0);
});

test('a smaller wall never has more reduced tiles than tiles', () => {
  const budget = new DecodeBudget();
  for (let sample = 0; sample < 40; sample++) budget.take(short, 64);
  expect(budget.take(calm, 3)).toBe(3);
  expect(budget.take(calm, 0)).toBe(0);
});

describe('on any computer', () => {
  const machine = fc.record({
    tiles: fc.integer({ min: 1, max: 127 }),
    room: fc.double({ min: 2, max: 200, noNaN: true }),
    noise: fc.array(fc.double({ min: 0.9, max: 1.1, noNaN: true }), { minLength: 7, maxLength: 31 }),
  });

  test('it soon keeps up where it can, and comes to rest', () => {
    fc.assert(
      fc.property(machine, ({ tiles, room, noise }) => {
        const budget = new DecodeBudget();
        let reduced = 0;
        let changes = 0;
        let overloaded = 0;
        for (let sample = 0; sample < 4_000; sample++) {
          const load = loadOf(tiles, reduced, room * (noise[sample % noise.length] ?? 1));
          // Where even the key frames are too many there is nothing left to give.
          if (sample >= 40 && load.busy > 1 && reduced < tiles) overloaded++;
          const next = budget.take(load, tiles);
          if (sample >= 2_000 && next !== reduced) changes++;
          reduced = next;
        }
        expect(overloaded).toBeLessThan(80);
        // In more than an hour: a try now and then.
        expect(changes).toBeLessThanOrEqual(24);
      }),
    );
  });

  test('whatever it is told it stays within the tiles', () => {
    const load = fc.option(
      fc.record({ busy: fc.double({ min: 0, max: 10 }), dropped: fc.double({ min: 0, max: 1 }) }),
      { nil: undefined },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(load, fc.nat(128))), (samples) => {
        const budget = new DecodeBudget();
        for (const [said, tiles] of samples) {
          const reduced = budget.take(said, tiles);
          expect(reduced).toBeGreaterThanOrEqual(0);
          expect(reduced).toBeLessThanOrEqual(tiles);
        }
      }),
    );
  });
});
