import { createHmac, randomBytes } from 'node:crypto';
import { Secret } from '../base/secret.ts';

const stepSeconds = 30;
const digits = 6;
/** As many bytes as a hash of SHA-1 has: RFC 4226, section 4. */
const keyBytes = 20;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A new key, in Base32 (RFC 4648, section 6). */
export function makeTotpKey(): Secret {
  const bits = [...randomBytes(keyBytes)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return new Secret((bits.match(/.{5}/g) ?? []).map((five) => alphabet[Number.parseInt(five, 2)]).join(''));
}

/** What authenticator apps read from a QR code. */
export function totpAddress(key: Secret, user: string, site: string): string {
  const label = `${encodeURIComponent(site)}:${encodeURIComponent(user)}`;
  return `otpauth://totp/${label}?secret=${key.reveal()}&issuer=${encodeURIComponent(site)}`;
}

/** The time step to which a code belongs: now, or one before or after; undefined: none. RFC 6238. @param now milliseconds since 1970 */
export function totpStep(key: Secret, code: string, now: number): number | undefined {
  const present = Math.floor(now / 1_000 / stepSeconds);
  return [present, present - 1, present + 1].find((step) => totpCode(key, step) === code);
}

/** RFC 4226, section 5.3. @param step counts the half minutes since 1970 */
export function totpCode(key: Secret, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac('sha1', bytesOf(key)).update(counter).digest();
  const offset = hash.readUInt8(hash.length - 1) & 0x0f;
  const number = (hash.readUInt32BE(offset) & 0x7fff_ffff) % 10 ** digits;
  return String(number).padStart(digits, '0');
}

function bytesOf(key: Secret): Buffer {
  const bits = [...key.reveal()]
    .map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
