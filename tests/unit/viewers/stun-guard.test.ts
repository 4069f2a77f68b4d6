import { createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAuthenticRequest, isStunMessage } from '../../../main/viewers/stun-guard.ts';

function attribute(type: number, value: Buffer): Buffer {
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  padded.writeUInt16BE(type, 0);
  padded.writeUInt16BE(value.length, 2);
  value.copy(padded, 4);
  return padded;
}

/** A binding request as a browser sends it: USERNAME, PRIORITY, MESSAGE-INTEGRITY, FINGERPRINT. */
function request(username: string, password: string): Buffer {
  const attributes = Buffer.concat([
    attribute(0x0006, Buffer.from(username)),
    attribute(0x0024, Buffer.from([1, 2, 3, 4])),
  ]);
  const header = Buffer.alloc(20, 7);
  header.writeUInt16BE(0x0001, 0);
  header.writeUInt16BE(attributes.length + 24, 2);
  header.writeUInt32BE(0x2112a442, 4);
  const covered = Buffer.concat([header, attributes]);
  const integrity = attribute(0x0008, createHmac('sha1', password).update(covered).digest());
  return withFingerprint(Buffer.concat([covered, integrity, attribute(0x8028, Buffer.alloc(4))]));
}

/** The last attribute made right for all that is before it. */
function withFingerprint(message: Buffer): Buffer {
  message.writeUInt16BE(message.length - 20, 2);
  const checksum = (crc32(message.subarray(0, message.length - 8)) ^ 0x5354554e) >>> 0;
  message.writeUInt32BE(checksum, message.length - 4);
  return message;
}

test('a request under our name and password passes', () => {
  const message = request('ours:theirs', 'secret');
  expect(isStunMessage(message)).toBe(true);
  expect(isAuthenticRequest(message, 'ours', 'secret')).toBe(true);
});

test.each([
  ['another password', request('ours:theirs', 'guess')],
  ['another name', request('other:theirs', 'secret')],
  ['no integrity at all', Buffer.concat([request('ours:theirs', 'secret').subarray(0, 20)])],
])('a request with %s does not', (_name, message) => {
  message.writeUInt16BE(message.length - 20, 2);
  expect(isAuthenticRequest(message, 'ours', 'secret')).toBe(false);
});

test('a request that was changed anywhere does not pass', () => {
  const message = request('ours:theirs', 'secret');
  for (let offset = 0; offset < message.length; offset++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = Buffer.from(message);
      changed[offset] = (changed[offset] ?? 0) ^ (1 << bit);
      expect(isStunMessage(changed) && isAuthenticRequest(changed, 'ours', 'secret')).toBe(false);
    }
  }
});

test('a request without a fingerprint does not pass', () => {
  const message = request('ours:theirs', 'secret').subarray(0, -8);
  message.writeUInt16BE(message.length - 20, 2);
  expect(isStunMessage(message)).toBe(true);
  expect(isAuthenticRequest(message, 'ours', 'secret')).toBe(false);
});

test('a request that was changed before its integrity, and given a right fingerprint, does not pass', () => {
  const message = request('ours:theirs', 'secret');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 43 }), fc.integer({ min: 1, max: 255 }), (offset, flip) => {
      const changed = Buffer.from(message);
      // The length field is rewritten before the HMAC, and a response bit makes it no request.
      fc.pre(offset !== 2 && offset !== 3 && offset > 1);
      changed[offset] = (changed[offset] ?? 0) ^ flip;
      withFingerprint(changed);
      expect(isStunMessage(changed) && isAuthenticRequest(changed, 'ours', 'secret')).toBe(false);
    }),
  );
});

test('100,000 damaged datagrams are neither accepted nor a reason to throw', () => {
  const message = request('ours:theirs', 'secret');
  let seed = 7;
  const random = (limit: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (seed >> 8) % limit;
  };
  for (let i = 0; i < 100_000; i++) {
    const damaged = Buffer.from(message.subarray(0, random(message.length + 1)));
    for (let flips = 0; flips < 3 && damaged.length > 20; flips++) {
      damaged[20 + random(damaged.length - 20)] = random(256);
    }
    if (damaged.length < 20) {
      expect(isStunMessage(damaged)).toBe(false);
      continue;
    }
    damaged.writeUInt16BE(damaged.length - 20, 2);
    const unchanged = damaged.subarray(20, 68).equals(message.subarray(20, 68));
    if (damaged.length > 28) withFingerprint(damaged);
    if (!unchanged) expect(isAuthenticRequest(damaged, 'ours', 'secret')).toBe(false);
  }
});
