import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NetworkBudget } from '../../../renderer/playback/network-budget.ts';

const free = { short: 0, hasRoom: true };
const wall = { tiles: 9, mains: 9 };

/** What is allowed after so many seconds of this. */
function after(budget: NetworkBudget, seconds: number, network = free) {
  let allowance = budget.take(network, wall);
  for (let second = 1; second < seconds; second++) allowance = budget.take(network, wall);
  return allowance;
}

test('as long as nothing is short there is no bound', () => {
  expect(after(new NetworkBudget(), 100)).toEqual({ mains: Number.POSITIVE_INFINITY, reduced: 0, seldom: 0 });
});

test('main streams go first, as many as are too much, and pictures only when there are none left', () => {
  const budget = new NetworkBudget();
  expect(after(budget, 1, { short: 0.5, hasRoom: false })).toEqual({ mains: 4, reduced: 0, seldom: 0 });
  expect(after(budget, 5, { short: 0.5, hasRoom: false })).toEqual({ mains: 2, reduced: 0, seldom: 0 });
  expect(after(budget, 10, { short: 0.9, hasRoom: false })).toEqual({ mains: 0, reduced: 9, seldom: 0 });
});

test('a limit that everything keeps to is no reason to try more', () => {
  const budget = new NetworkBudget();
  after(budget, 1, { short: 0.5, hasRoom: false });
  expect(after(budget, 100, { short: 0, hasRoom: false })).toEqual({ mains: 4, reduced: 0, seldom: 0 });
});

test('with room it climbs step by step to no bound at all', () => {
  const budget = new NetworkBudget();
  after(budget, 16, { short: 0.9, hasRoom: false });
  const seen = Array.from({ length: 400 }, () => budget.take(free, wall));
  const steps = seen.map(({ mains, reduced }) => Math.min(mains, 9) - reduced);
  expect(steps.every((step, index) => index === 0 || [0, 1].includes(step - (steps[index - 1] ?? 0)))).toBe(
    true,
  );
  expect(seen.at(-1)).toEqual({ mains: Number.POSITIVE_INFINITY, reduced: 0, seldom: 0 });
});

test('a climb that fails is taken back, and tried ever more seldom', () => {
  // A network for three main streams.
  const budget = new NetworkBudget();
  let mains = Number.POSITIVE_INFINITY;
  const climbs: number[] = [];
  for (let second = 0; second < 3_600; second++) {
    const now = budget.take(mains > 3 ? { short: 0.2, hasRoom: false } : free, wall).mains;
    if (now > mains) climbs.push(second);
    mains = now;
  }
  expect(climbs.length).toBeLessThan(14);
  const pauses = climbs.slice(1).map((second, index) => second - (climbs[index] ?? 0));
  expect(pauses.at(-1)).toBeGreaterThan(300);
});

test('it comes to rest just below what any network takes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9 }), (most) => {
      const budget = new NetworkBudget();
      let allowance = budget.take(free, wall);
      let short = 0;
      for (let second = 0; second < 1_800; second++) {
        const isShort = Math.min(allowance.mains, wall.mains) > most;
        if (second > 1_200 && isShort) short++;
        allowance = budget.take(isShort ? { short: 0.2, hasRoom: false } : free, wall);
        if (second > 1_200) expect(Math.min(allowance.mains, wall.mains)).toBeGreaterThanOrEqual(most);
      }
      expect(short).toBeLessThan(30);
    }),
    { numRuns: 20 },
  );
});
