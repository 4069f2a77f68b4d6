import { expect, test } from 'vitest';
import { SignInLimits, type TriedKey } from '../../../main/access/sign-in-limits.ts';

const account: TriedKey[] = [{ kind: 'account', name: 'erika' }];
const address: TriedKey[] = [{ kind: 'address', name: '192.0.2.1' }];

test('the wait doubles from a second up to a quarter of an hour, and is over after an hour of quiet', () => {
  const limits = new SignInLimits();
  let now = 0;
  const waits = Array.from({ length: 18 }, () => {
    limits.count(account, now);
    const wait = limits.wait(account, now);
    now += wait;
    return wait / 1_000;
  });
  expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]);
  now += 2 * 60 * 60_000;
  limits.count(account, now);
  expect(limits.wait(account, now)).toBe(0);
});

test('the right password clears an account, and takes one try back from an address', () => {
  const limits = new SignInLimits();
  for (let index = 0; index < 20; index++) limits.count([...account, ...address], 0);
  expect(limits.wait(address, 0)).toBeGreaterThan(0);
  limits.clear([...account, ...address]);
  expect(limits.wait([...account, ...address], 0)).toBe(0);
  limits.count([...account, ...address], 0);
  expect(limits.wait(account, 0)).toBe(0);
  expect(limits.wait(address, 0)).toBeGreaterThan(0);
});

test('what is remembered is bounded', () => {
  const limits = new SignInLimits();
  for (let index = 0; index < 10; index++) limits.count(account, 0);
  for (let index = 0; index < 10_001; index++) limits.count([{ kind: 'address', name: String(index) }], 0);
  expect(limits.wait(account, 0)).toBe(0);
});
