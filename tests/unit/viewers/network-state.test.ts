import { expect, test } from 'vitest';
import type { NetworkEstimate } from '../../../main/viewers/network-estimate.ts';
import { networkState } from '../../../main/viewers/network-state.ts';

const estimate: NetworkEstimate = {
  loss: 0.05,
  deliveredBitsPerSecond: 1e6,
  sentBitsPerSecond: 1e6,
  wantedBitsPerSecond: 1e6,
  receiverBitsPerSecond: undefined,
  roundTripMilliseconds: undefined,
  queueMilliseconds: undefined,
  queueTrend: undefined,
  limitBitsPerSecond: undefined,
};

test('a network of which nothing is known, or that only loses by chance, has room', () => {
  const free = { short: 0, hasRoom: true };
  expect(networkState(undefined)).toEqual(free);
  expect(networkState(estimate)).toEqual(free);
  expect(networkState({ ...estimate, sentBitsPerSecond: 0, wantedBitsPerSecond: 0 })).toEqual(free);
});

test.each([
  [990e3, 0],
  [950e3, 0.1],
  [500e3, 0.5],
  [0, 1],
])('of 1 Mbit/s that are wanted %s leave: short by %s', (sentBitsPerSecond, short) => {
  const limited = { ...estimate, sentBitsPerSecond, limitBitsPerSecond: 1e6 };
  expect(networkState(limited)).toEqual({ short, hasRoom: false });
});
