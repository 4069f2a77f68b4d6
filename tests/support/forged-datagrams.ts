import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * What somebody on the network sends who has read our name (ICE user name fragment) but not the password, kind after kind: each
 * but the last two is well-formed STUN with a right FINGERPRINT (RFC 8489).
 */
export function forgedDatagram(number: number, username: string): Buffer {
  const name = attribute(0x0006, Buffer.from(username));
  const priority = attribute(0x0024, Buffer.from([0x7e, 0xff, 0xff, 0xff]));
  const integrity = attribute(0x0008, randomBytes(20));
  const controlling = attribute(0x802a, Buffer.alloc(8, 0xff));
  const controlled = attribute(0x8029, Buffer.alloc(8, 0x00));
  const nominated = attribute(0x0025, Buffer.alloc(0));
  const kinds: (() => Buffer)[] = [
    () => message(0x0001, [name, priority, controlling, integrity]),
    () => message(0x0001, [name, priority, controlled, nominated, integrity]),
    // Without any integrity, and with that of an empty password's length.
    () => message(0x0001, [name, priority, controlling]),
    () => message(0x0001, [name, priority, controlling, attribute(0x0008, Buffer.alloc(0))]),
    // An answer to nothing, the claim that the role is taken (487), an indication, another method.
    () => message(0x0101, [integrity]),
    () => message(0x0111, [attribute(0x0009, Buffer.from([0, 0, 4, 87])), integrity]),
    () => message(0x0011, [name, integrity]),
    () => message(0x0003, [name, integrity]),
    // A ClientHello's first bytes, SRTP's, an oversized message, and anything.
    () => Buffer.concat([Buffer.from([22, 0xfe, 0xff]), randomBytes(60)]),
    () => Buffer.concat([Buffer.from([0x80, 96]), randomBytes(60)]),
    () => message(0x0001, [name, attribute(0x0022, randomBytes(8_000)), integrity]),
    () => randomBytes(number % 200),
  ];
  return kinds[number % kinds.length]?.() ?? Buffer.alloc(0);
}

function attribute(type: number, value: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(type, 0);
  header.writeUInt16BE(value.length, 2);
  return Buffer.concat([header, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

function message(type: number, attributes: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt16BE(type, 0);
  header.writeUInt32BE(0x2112a442, 4);
  randomBytes(12).copy(header, 8);
  const covered = Buffer.concat([header, ...attributes]);
  covered.writeUInt16BE(covered.length - 20 + 8, 2);
  const fingerprint = Buffer.alloc(4);
  fingerprint.writeUInt32BE((crc32(covered) ^ 0x5354554e) >>> 0);
  return Buffer.concat([covered, attribute(0x8028, fingerprint)]);
}
