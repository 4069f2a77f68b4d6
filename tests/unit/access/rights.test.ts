import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { covers, isWithin } from '../../../main/access/rights.ts';
import {
  type CameraGrant,
  cameraRights,
  cameraRightsOf,
  consoleRights,
  type Rights,
} from '../../../main/contract/rights.ts';

describe('the hours of a role', () => {
  // 2026-11-23 is a Monday.
  const at = (day: number, time: string) => new Date(`2026-11-${22 + day}T${time}:00`);
  const office = [{ days: [1, 2, 3, 4, 5], from: '08:00', until: '17:00' }];
  const nights = [{ days: [5, 7], from: '22:00', until: '06:00' }];

  test.each([
    [office, at(1, '08:00'), true],
    [office, at(1, '07:59'), false],
    [office, at(5, '16:59'), true],
    [office, at(5, '17:00'), false],
    [office, at(6, '12:00'), false],
    // Over midnight: it is Friday's until Saturday morning, and Sunday's until Monday morning.
    [nights, at(5, '22:00'), true],
    [nights, at(6, '05:59'), true],
    [nights, at(6, '06:00'), false],
    [nights, at(5, '05:00'), false],
    [nights, at(7, '23:00'), true],
    [nights, at(1, '00:00'), true],
    [nights, at(2, '00:00'), false],
    [[{ days: [3], from: '00:00', until: '00:00' }], at(3, '23:59'), true],
    [[{ days: [3], from: '00:00', until: '00:00' }], at(4, '00:00'), false],
    [[...office, ...nights], at(5, '22:30'), true],
  ])('%j at %s: %s', (hours, now, expected) => {
    expect(isWithin(hours, now)).toBe(expected);
  });
});

const someRights = fc.subarray([...cameraRights]);
const grant: fc.Arbitrary<CameraGrant> = fc.oneof(
  fc.record({ scope: fc.constant('all' as const), rights: someRights }),
  fc.record({
    scope: fc.constant('group' as const),
    group: fc.constantFrom('a', 'b', ''),
    rights: someRights,
  }),
  fc.record({
    scope: fc.constant('camera' as const),
    cameraId: fc.constantFrom('1', '2'),
    rights: someRights,
  }),
);
const anyRights: fc.Arbitrary<Rights> = fc.record({
  console: fc.subarray([...consoleRights]),
  cameras: fc.array(grant, { maxLength: 4 }),
});
const places = ['1', '2', '3'].flatMap((id) => ['a', 'b', 'c', ''].map((group) => ({ id, group })));

test('whoever covers a role may do all that it may do, with every camera', () => {
  fc.assert(
    fc.property(anyRights, anyRights, (mine, given) => {
      fc.pre(covers(mine, given));
      for (const place of [...places, null]) {
        const had = cameraRightsOf(mine, place);
        for (const right of cameraRightsOf(given, place)) expect(had.has(right)).toBe(true);
      }
      for (const right of given.console) expect(mine.console).toContain(right);
    }),
    { numRuns: 500 },
  );
});

test('everybody covers themselves, and a grant for all cameras covers that for one', () => {
  fc.assert(fc.property(anyRights, (rights) => covers(rights, rights)));
  const all: Rights = { console: [], cameras: [{ scope: 'all', rights: ['live'] }] };
  const one: Rights = { console: [], cameras: [{ scope: 'camera', cameraId: '1', rights: ['live'] }] };
  expect(covers(all, one)).toBe(true);
  expect(covers(one, all)).toBe(false);
});
