import { expect, test } from 'vitest';
import { makeTotpKey, totpAddress, totpCode, totpStep } from '../../../main/access/totp.ts';
import { Secret } from '../../../main/base/secret.ts';

/** The ASCII text 12345678901234567890 of RFC 6238, appendix B, in Base32. */
const key = new Secret('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('at %i s the code of RFC 6238 is %s', (seconds, code) => {
  expect(totpCode(key, Math.floor(seconds / 30))).toBe(code);
});

test('a code is taken in its half minute, the one before and the one after', () => {
  const step = 40_000_000;
  const at = (steps: number) => totpStep(key, totpCode(key, step + steps), step * 30_000 + 12_000);
  expect([-2, -1, 0, 1, 2].map(at)).toEqual([undefined, step - 1, step, step + 1, undefined]);
});

test('a new key has 160 bits, and is told to an app as an address that names user and site', () => {
  const made = makeTotpKey();
  expect(made.reveal()).toMatch(/^[A-Z2-7]{32}$/);
  expect(made.reveal()).not.toBe(makeTotpKey().reveal());
  expect(totpAddress(key, 'Erika M.', 'Harbour & Co')).toBe(
    `otpauth://totp/Harbour%20%26%20Co:Erika%20M.?secret=${key.reveal()}&issuer=Harbour%20%26%20Co`,
  );
});
