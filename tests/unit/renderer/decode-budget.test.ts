import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BudgetWall, DecodeBudget, type DecodeLoad } from '../../../renderer/playback/decode-budget.ts';

const calm: DecodeLoad = { busy: 0.2, dropped: 0, delay: 10, blocked: 0, missed: 0 };
const short: DecodeLoad = { busy: 1.2, dropped: 0.2, delay: 900, blocked: 0.1, missed: 0.5 };

/** Of tiles that show small streams. */
const wall = (tiles: number): BudgetWall => ({ tiles, mains: 0 });

/** What a computer with room for so many whole tiles says of a wall; a reduced one costs a thirtieth, a main stream five. */
function loadOf({ tiles, mains }: BudgetWall, reduced: number, room: number): DecodeLoad {
  const busy = (tiles - reduced + mains * 4 + reduced / 30) / room;
  return { busy, dropped: Math.max(0, 1 - 1 / busy), delay: busy > 1 ? 500 : 20, blocked: 0, missed: 0 };
}

test('a computer that keeps up has all pictures', () => {
  const budget = new DecodeBudget(8);
  for (let sample = 0; sample < 100; sample++) expect(budget.take(calm, wall(64)).reduced).toBe(0);
});

test('one bad sample changes nothing, two do', () => {
  const budget = new DecodeBudget(8);
  expect(budget.take(short, wall(16)).reduced).toBe(0);
  expect(budget.take(calm, wall(16)).reduced).toBe(0);
  expect(budget.take(short, wall(16)).reduced).toBe(0);
  expect(budget.take(short, wall(16)).reduced).toBe(4);
});

test.each([{ busy: 0.9 }, { dropped: 0.1 }, { delay: 400 }, { blocked: 0.7 }, { missed: 0.3 }])(
  'each figure alone says that it is too much: %o',
  (trouble) => {
    const budget = new DecodeBudget(8);
    budget.take({ ...calm, ...trouble }, wall(16));
    expect(budget.take({ ...calm, ...trouble }, wall(16)).reduced).toBe(4);
  },
);

test('a sample that covers the time of several counts for them', () => {
  const budget = new DecodeBudget(8);
  expect(budget.take(short, wall(16), 2).reduced).toBe(4);
  expect(budget.take(short, wall(16), 2).reduced).toBe(4);
  expect(budget.take(short, wall(16), 2).reduced).toBe(8);
});

test('it waits for what a change brings before the next one', () => {
  const budget = new DecodeBudget(8);
  const reduced = Array.from({ length: 8 }, () => budget.take(short, wall(16)).reduced);
  expect(reduced).toEqual([0, 4, 4, 4, 4, 8, 8, 8]);
});

test('it climbs in steps that grow when there is room again, up to all pictures', () => {
  const budget = new DecodeBudget(8);
  for (let sample = 0; sample < 40; sample++) budget.take(short, wall(24));
  const climb = Array.from({ length: 400 }, () => budget.take(calm, wall(24)).reduced);
  const steps = climb.slice(1).map((reduced, index) => (climb[index] ?? 0) - reduced);
  expect(steps.filter((step) => step !== 0)).toEqual([2, 4, 8, 8, 2]);
});

test('near what was too much it climbs in small steps, and takes back the one that fails', () => {
  const budget = new DecodeBudget(8);
  const reduced: number[] = [0];
  for (let sample = 0; sample < 600; sample++) {
    const whole = 24 - (reduced.at(-1) ?? 0);
    reduced.push(budget.take(whole > 13 ? short : calm, wall(24)).reduced);
  }
  const steps = reduced.slice(1).map((now, index) => (reduced[index] ?? 0) - now);
  expect(new Set(steps.filter((step) => step > 0))).toEqual(new Set([2]));
  expect(new Set(reduced.slice(100))).toEqual(new Set([12, 10]));
});

test('main streams are given up before any tile gets key frames only, and come back after them', () => {
  const budget = new DecodeBudget(8);
  const four = { tiles: 4, mains: 4 };
  const down = Array.from({ length: 60 }, () => budget.take(short, four));
  expect(down[0]).toEqual({ mains: 4, reduced: 0, seldom: 0 });
  expect(down.filter(({ mains, reduced }) => mains > 0 && reduced > 0)).toEqual([]);
  expect(down.at(-1)).toEqual({ mains: 0, reduced: 4, seldom: 4 });
  const up = Array.from({ length: 200 }, () => budget.take(calm, four));
  expect(up.filter(({ mains, reduced }) => mains > 0 && reduced > 0)).toEqual([]);
  expect(up.at(-1)).toEqual({ mains: 4, reduced: 0, seldom: 0 });
});

test('a wall of many large tiles gets its main streams one after the other', () => {
  const budget = new DecodeBudget(8);
  const nine = { tiles: 9, mains: 9 };
  const mains = Array.from({ length: 40 }, () => budget.take(calm, nine).mains);
  expect(mains[0]).toBe(4);
  expect(Math.max(...mains.slice(1).map((now, index) => now - (mains[index] ?? 0)))).toBe(1);
  expect(mains.at(-1)).toBe(9);
});

test('a main stream that was too much is taken back alone', () => {
  const budget = new DecodeBudget(8);
  const nine = { tiles: 9, mains: 9 };
  const seen: number[] = [];
  for (let sample = 0; sample < 400; sample++) {
    const load = (seen.at(-1) ?? 4) > 5 ? short : calm;
    seen.push(budget.take(load, nine).mains);
  }
  expect(new Set(seen)).toEqual(new Set([4, 5, 6]));
  expect(seen.lastIndexOf(4)).toBeLessThan(seen.indexOf(5));
});

test('between enough and too little it stays where it is', () => {
  const budget = new DecodeBudget(8);
  budget.take(short, wall(16));
  budget.take(short, wall(16));
  for (let sample = 0; sample < 200; sample++)
    expect(budget.take({ ...calm, busy: 0.65 }, wall(16)).reduced).toBe(4);
});

test('as long as nobody knows anything nothing changes', () => {
  const budget = new DecodeBudget(8);
  budget.take(short, wall(16));
  for (let sample = 0; sample < 50; sample++) expect(budget.take(undefined, wall(16)).reduced).toBe(0);
});

test('key frames come seldom only where all tiles have nothing else, and first they come back', () => {
  const budget = new DecodeBudget(8);
  const down = Array.from({ length: 60 }, () => budget.take(short, wall(16)));
  expect(down.filter(({ reduced, seldom }) => seldom > 0 && reduced < 16)).toEqual([]);
  expect(down.at(-1)).toMatchObject({ reduced: 16, seldom: 16 });
  const up = Array.from({ length: 400 }, () => budget.take(calm, wall(16)));
  expect(up.filter(({ reduced, seldom }) => seldom > 0 && reduced < 16)).toEqual([]);
  expect(up.at(-1)).toMatchObject({ reduced: 0, seldom: 0 });
});

test('a wall of many tiles begins with what its processors can be trusted with, and climbs soon', () => {
  const budget = new DecodeBudget(1);
  expect(budget.take(undefined, wall(99))).toMatchObject({ reduced: 74 });
  expect(budget.wasShort).toBe(false);
  const climb = Array.from({ length: 60 }, () => budget.take(calm, wall(99)).reduced);
  expect(climb.at(-1)).toBe(0);
});

test('where the page hardly gets to look one sample is enough, and half is given up', () => {
  const budget = new DecodeBudget(8);
  expect(budget.take({ ...calm, blocked: 0.9 }, wall(16)).reduced).toBe(8);
});

test('a tile that becomes large and small again changes nothing of what was learnt', () => {
  const budget = new DecodeBudget(8);
  budget.take(short, wall(16));
  budget.take(short, wall(16));
  expect(budget.take(undefined, wall(0)).reduced).toBe(0);
  expect(budget.take(undefined, wall(16)).reduced).toBe(4);
});

test('on a much smaller wall everything is tried anew', () => {
  const budget = new DecodeBudget(8);
  for (let sample = 0; sample < 40; sample++) budget.take(short, wall(64));
  expect(budget.take(undefined, wall(9))).toMatchObject({ reduced: 0, seldom: 0 });
});

describe('on any computer', () => {
  const machine = fc.record({
    tiles: fc.integer({ min: 1, max: 127 }),
    mainShare: fc.double({ min: 0, max: 1, noNaN: true }),
    room: fc.double({ min: 2, max: 200, noNaN: true }),
    noise: fc.array(fc.double({ min: 0.9, max: 1.1, noNaN: true }), { minLength: 7, maxLength: 31 }),
  });

  test('it soon keeps up where it can, and comes to rest', () => {
    fc.assert(
      fc.property(machine, ({ tiles, mainShare, room, noise }) => {
        const budget = new DecodeBudget(8);
        const all = { tiles, mains: Math.round(tiles * mainShare) };
        let now = { mains: 4, reduced: 0, seldom: 0 };
        let changes = 0;
        let overloaded = 0;
        for (let sample = 0; sample < 4_000; sample++) {
          const shown = Math.min(now.mains, all.mains);
          const load = loadOf(
            { tiles, mains: shown },
            now.reduced,
            room * (noise[sample % noise.length] ?? 1),
          );
          // Where even the key frames are too many there is nothing left to give.
          if (sample >= 80 && load.busy > 1 && now.reduced < tiles) overloaded++;
          const next = budget.take(load, all);
          if (sample >= 3_000 && (next.reduced !== now.reduced || next.mains !== now.mains)) changes++;
          now = next;
        }
        expect(overloaded).toBeLessThan(80);
        // In more than half an hour: a try now and then.
        expect(changes).toBeLessThanOrEqual(24);
      }),
    );
  });

  test('whatever it is told it stays within the tiles', () => {
    const figure = fc.double({ min: 0, max: 10 });
    const load = fc.option(
      fc.record({ busy: figure, dropped: figure, delay: figure, blocked: figure, missed: figure }),
      {
        nil: undefined,
      },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(load, fc.nat(128), fc.nat(128))), (samples) => {
        const budget = new DecodeBudget(8);
        for (const [said, tiles, mains] of samples) {
          const allowance = budget.take(said, { tiles, mains: Math.min(mains, tiles) });
          expect(allowance.reduced).toBeGreaterThanOrEqual(0);
          expect(allowance.reduced).toBeLessThanOrEqual(tiles);
          expect(allowance.mains).toBeGreaterThanOrEqual(0);
          expect(allowance.seldom).toBeGreaterThanOrEqual(0);
          expect(allowance.seldom).toBeLessThanOrEqual(allowance.reduced);
        }
      }),
    );
  });
});
