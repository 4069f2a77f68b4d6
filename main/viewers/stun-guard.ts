import { createHmac, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

const headerBytes = 20;
const magicCookie = 0x2112a442;
const bindingRequest = 0x0001;
const username = 0x0006;
const messageIntegrity = 0x0008;
const messageIntegrityBytes = 20;
const fingerprint = 0x8028;
const fingerprintBytes = 8;
/** What the checksum is mixed with, so that it is not one of another protocol (RFC 8489 section 14.7). */
const fingerprintMask = 0x5354554e;
/** A check has about 100 bytes; what is longer than any Ethernet frame costs no HMAC. */
const maximumBytes = 1_500;

/** True for a STUN message (RFC 8489 section 5): two zero bits, the magic cookie, a length that fits and is no longer than a check's. */
export function isStunMessage(datagram: Buffer): boolean {
  return (
    datagram.length >= headerBytes &&
    datagram.length <= maximumBytes &&
    (datagram[0] ?? 0xff) < 4 &&
    datagram.readUInt32BE(4) === magicCookie &&
    datagram.readUInt16BE(2) === datagram.length - headerBytes
  );
}

/** Whether a STUN message is an answer; to what, its transaction id tells. */
export function isStunResponse(message: Buffer): boolean {
  return (message.readUInt16BE(0) & 0x0100) !== 0;
}

/** The random number of a request and its answer, in hex. */
export function transactionId(message: Buffer): string {
  return message.toString('hex', 8, headerBytes);
}

/**
 * Whether a STUN request may reach the ICE agent: only with a FINGERPRINT at its end and a valid MESSAGE-INTEGRITY under our
 * password and our name (RFC 8445 sections 7.1 and 7.3, RFC 8489 section 9.1.3). werift 0.25.2 does not check requests, so that
 * anybody could add candidates or turn its role.
 */
export function isAuthenticRequest(message: Buffer, localUsername: string, localPassword: string): boolean {
  if (message.readUInt16BE(0) !== bindingRequest || !hasFingerprint(message)) return false;
  let named = false;
  let offset = headerBytes;
  while (offset + 4 <= message.length) {
    const attribute = message.readUInt16BE(offset);
    const length = message.readUInt16BE(offset + 2);
    const value = message.subarray(offset + 4, offset + 4 + length);
    if (value.length < length) return false;
    if (attribute === username) named = value.toString('utf8').startsWith(`${localUsername}:`);
    if (attribute === messageIntegrity) {
      return named && length === messageIntegrityBytes && hmac(message, offset, localPassword, value);
    }
    offset += 4 + ((length + 3) & ~3);
  }
  return false;
}

/** The HMAC covers all that comes before it, with the header's length as if the message ended after it. */
function hmac(message: Buffer, attributeOffset: number, password: string, expected: Buffer): boolean {
  const covered = Buffer.from(message.subarray(0, attributeOffset));
  covered.writeUInt16BE(attributeOffset + 4 + messageIntegrityBytes - headerBytes, 2);
  const actual = createHmac('sha1', password).update(covered).digest();
  return timingSafeEqual(actual, expected);
}

/** A checksum of all that comes before it, in the last attribute. */
function hasFingerprint(message: Buffer): boolean {
  const offset = message.length - fingerprintBytes;
  return (
    offset >= headerBytes &&
    message.readUInt16BE(offset) === fingerprint &&
    message.readUInt16BE(offset + 2) === 4 &&
    message.readUInt32BE(offset + 4) === (crc32(message.subarray(0, offset)) ^ fingerprintMask) >>> 0
  );
}
