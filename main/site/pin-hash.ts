import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

const saltBytes = 16;
const hashBytes = 32;
/** 32 MiB and some 80 ms a guess. The 1 in `scrypt-1` stands for these. */
const parameters: ScryptOptions = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1_024 * 1_024 };

/** `scrypt-1.SALT.HASH`, in Base64 for addresses. */
export async function hashPin(pin: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(pin, salt, hashBytes, parameters);
  return `scrypt-1.${salt.toString('base64url')}.${hash.toString('base64url')}`;
}

/** Whether this is the PIN of a hash; false for a hash of another form. */
export async function isPin(pin: string, hashed: string): Promise<boolean> {
  const [kind, salt = '', hash = ''] = hashed.split('.');
  const expected = Buffer.from(hash, 'base64url');
  if (kind !== 'scrypt-1' || expected.length !== hashBytes) return false;
  return timingSafeEqual(await derive(pin, Buffer.from(salt, 'base64url'), hashBytes, parameters), expected);
}
