import { expect, test } from 'vitest';
import type { AccessUnit } from '../../../main/media/access-unit.ts';
import { ParameterSets } from '../../../main/media/parameter-sets.ts';

const sps = Buffer.from([0x67, 1]);
const pps = Buffer.from([0x68, 1]);
const otherSps = Buffer.from([0x67, 2]);
const otherPps = Buffer.from([0x68, 2]);
const idr = Buffer.from([0x65, 0x88]);

function key(...nalUnits: Buffer[]): AccessUnit {
  return { nalUnits, timestamp: 0, keyFrame: true, receivedAt: 0 };
}

test('an IDR picture without parameter sets gets those of the SDP', () => {
  expect(new ParameterSets([sps, pps]).complete(key(idr))).toEqual([sps, pps, idr]);
});

test('an IDR picture with its own parameter sets stays as it is', () => {
  expect(new ParameterSets([sps, pps]).complete(key(otherSps, otherPps, idr))).toEqual([
    otherSps,
    otherPps,
    idr,
  ]);
});

test('parameter sets of the stream replace those of the SDP, which may lie (Eufy)', () => {
  const sets = new ParameterSets([sps, pps]);
  sets.complete(key(otherSps, otherPps, idr));
  expect(sets.complete(key(idr))).toEqual([otherSps, otherPps, idr]);
});

test('a missing PPS comes after the SPS that is there', () => {
  expect(new ParameterSets([sps, pps]).complete(key(otherSps, idr))).toEqual([otherSps, pps, idr]);
});

test('pictures that are no key frames get nothing', () => {
  const slice = Buffer.from([0x41, 0x9a]);
  const accessUnit = { nalUnits: [slice], timestamp: 0, keyFrame: false, receivedAt: 0 };
  expect(new ParameterSets([sps, pps]).complete(accessUnit)).toEqual([slice]);
});

test('a parameter set that is larger than any is not kept', () => {
  const sets = new ParameterSets([sps, pps]);
  sets.complete(key(Buffer.alloc(100_000, 0x67), pps, idr));
  expect(sets.sps).toBeUndefined();
});
