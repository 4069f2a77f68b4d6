import { createHmac, timingSafeEqual } from 'node:crypto';

const headerBytes = 20;
const magicCookie = 0x2112a442;
const bindingRequest = 0x0001;
const username = 0x0006;
const messageIntegrity = 0x0008;
const messageIntegrityBytes = 20;

/** True for a STUN message (RFC 8489 section 5): two zero bits, the magic cookie, a length that fits. */
export function isStunMessage(datagram: Buffer): boolean {
  return (
    datagram.length >= headerBytes &&
    (datagram[0] ?? 0xff) < 4 &&
    datagram.readUInt32BE(4) === magicCookie &&
    datagram.readUInt16BE(2) === datagram.length - headerBytes
  );
}

/**
 * Whether a STUN message may reach the ICE agent: responses may (the agent matches them with its own requests and keys),
 * requests only with a valid MESSAGE-INTEGRITY under our password and our name (RFC 8445 section 7.3, RFC 8489 section
 * 9.1.3). werift 0.25.2 does not check requests, so that anybody could add candidates or turn its role.
 */
export function isAuthenticStun(message: Buffer, localUsername: string, localPassword: string): boolean {
  const type = message.readUInt16BE(0);
  const isResponse = (type & 0x0100) !== 0;
  if (isResponse) return true;
  if (type !== bindingRequest) return false;
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
