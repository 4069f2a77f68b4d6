import { expect, test } from 'vitest';
import { KeepAliveChoice } from '../../../main/cameras/keep-alive-choice.ts';

const interval = 25_000;

test('two connections that a camera closes after the same silence make keep-alives more frequent', () => {
  const choice = new KeepAliveChoice();
  expect(choice.longestMilliseconds).toBeUndefined();
  expect(choice.ended(6_200, interval)).toBe(false);
  expect(choice.ended(5_300, interval)).toBe(true);
  expect(choice.longestMilliseconds).toBeCloseTo(2_120);
  // Kept alive like that it may close as it likes: nothing more can be learnt from it.
  for (let time = 0; time < 3; time++) expect(choice.ended(5_300, 2_120)).toBe(false);
  expect(choice.longestMilliseconds).toBeCloseTo(2_120);
});

test.each([
  ['of another length', [6_000, 12_000, 6_000, 12_000]],
  ['that break at once', [300, 400, 350]],
  ['longer than the interval', [26_000, 26_000]],
  ['that end otherwise in between', [6_000, null, 6_000, null]],
])('connections %s teach nothing', (_, all) => {
  const choice = new KeepAliveChoice();
  for (const playedFor of all) expect(choice.ended(playedFor, interval)).toBe(false);
  expect(choice.longestMilliseconds).toBeUndefined();
});

test('what needs no keep-alive teaches nothing', () => {
  const choice = new KeepAliveChoice();
  for (let time = 0; time < 3; time++) expect(choice.ended(6_000, null)).toBe(false);
});

test('a camera is not asked more than once a second', () => {
  const choice = new KeepAliveChoice();
  choice.ended(2_000, interval);
  choice.ended(2_000, interval);
  expect(choice.longestMilliseconds).toBe(1_000);
});
