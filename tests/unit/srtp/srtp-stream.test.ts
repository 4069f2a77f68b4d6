import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RtpPacket, SrtpSession } from 'werift';
import { GcmSealer } from '../../../main/srtp/gcm-sealer.ts';
import { type SrtpKeys, SrtpStream } from '../../../main/srtp/srtp-stream.ts';

const gcm = 0x0007;
const counterMode = 0x0001;
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const headerOf = (text: string) => hex(text).subarray(0, 12);

/** As DTLS gives them to both sides: ours, and werift's as the one that receives. */
function pair(profile: typeof gcm | typeof counterMode) {
  const masterKey = hex('e1f97a0d3e018be0d64fa32c06de4139');
  const masterSalt = hex('0ec675ad498afeebb6960b3aabe6').subarray(0, profile === gcm ? 12 : 14);
  const receiver = new SrtpSession({
    keys: {
      localMasterKey: masterKey,
      localMasterSalt: masterSalt,
      remoteMasterKey: masterKey,
      remoteMasterSalt: masterSalt,
    },
    profile,
  });
  const { srtpSessionKey, srtpSessionSalt, srtpSessionAuthTag } = receiver.localContext;
  const key = createSecretKey(srtpSessionKey);
  const keys: SrtpKeys =
    profile === gcm
      ? { profile: 'gcm', sealer: new GcmSealer(key), salt: srtpSessionSalt.subarray(0, 12) }
      : {
          profile: 'counter-mode',
          key,
          salt: srtpSessionSalt,
          authenticationKey: createSecretKey(srtpSessionAuthTag),
        };
  return { keys, receiver };
}

function rtpHeader(): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = 96;
  return header;
}

function protect(stream: SrtpStream, header: Buffer, payload: Buffer): Buffer {
  return stream.protect(header, header.length, [payload])[0] ?? Buffer.alloc(0);
}

test('the packet of RFC 7714 section 16.1 is encrypted as the RFC says', () => {
  const keys: SrtpKeys = {
    profile: 'gcm',
    sealer: new GcmSealer(createSecretKey(hex('000102030405060708090a0b0c0d0e0f'))),
    salt: hex('517569642070726f2071756f'),
  };
  const stream = new SrtpStream(keys, 0x5501a0b2, 0xf17b);
  const payload = Buffer.from('Gallia est omnis divisa in partes tres');
  const packet = protect(stream, headerOf('8040f17b8041f8d35501a0b2'), payload);
  expect(packet.toString('hex')).toBe(
    hex(
      `8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f
       42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce`.replaceAll(/\s/g, ''),
    ).toString('hex'),
  );
});

test('a packet of counter mode with HMAC-SHA1 is the one that other implementations make of these keys', () => {
  const { keys } = pair(counterMode);
  const stream = new SrtpStream(keys, 0xcafebabe, 0x1234);
  const packet = protect(stream, headerOf('800f1234decafbadcafebabe'), Buffer.alloc(16, 0xab));
  expect(packet.toString('hex')).toBe(
    hex('800f1234 decafbad cafebabe 4e55dc4c e79978d8 8ca4d215 949d2402 b78d6acc 99ea179b 8dbb').toString(
      'hex',
    ),
  );
});

test.each([
  ['GCM', gcm],
  ['counter mode', counterMode],
] as const)('%s: a receiver goes on reading over wraps of the sequence number', (_, profile) => {
  const { keys, receiver } = pair(profile);
  const stream = new SrtpStream(keys, 7, 0xfff0);
  const seen = new Set<string>();
  let rollovers = 0;
  for (let number = 0; number < 140_000; number++) {
    const packet = protect(stream, rtpHeader(), Buffer.from([number & 0xff, number >> 8]));
    if (stream.sequenceNumber === 0) rollovers++;
    seen.add(`${rollovers} ${stream.sequenceNumber}`);
    // A receiver that gets a part of them, as many as it takes to count along.
    const isNearWrap = stream.sequenceNumber < 100 || stream.sequenceNumber > 0xff00;
    if (!isNearWrap && number % 64 !== 0) continue;
    const plain = RtpPacket.deSerialize(receiver.decrypt(packet));
    if (plain.payload[0] !== (number & 0xff)) throw new Error(`packet ${number} is another one`);
  }
  expect(rollovers).toBe(3);
  // What the nonce is made of never came twice.
  expect(seen.size).toBe(140_000);
});

test('a payload is what a receiver reads, and stays as it was', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(gcm, counterMode),
      fc.uint8Array({ minLength: 1, maxLength: 1_200 }),
      // werift takes the first packet for one before a wrap when its number is in the upper half.
      fc.nat({ max: 0x7fff }),
      (profile, bytes, first) => {
        const { keys, receiver } = pair(profile);
        const payload = Buffer.from(bytes);
        const packet = protect(new SrtpStream(keys, 5, first), rtpHeader(), payload);
        expect(payload.equals(Buffer.from(bytes))).toBe(true);
        expect(RtpPacket.deSerialize(receiver.decrypt(packet)).payload.equals(payload)).toBe(true);
      },
    ),
  );
});

test('a packet that was changed at any byte is refused', () => {
  for (const profile of [gcm, counterMode] as const) {
    const { keys, receiver } = pair(profile);
    const packet = protect(new SrtpStream(keys, 5, 1), rtpHeader(), Buffer.alloc(20, 1));
    for (let at = 1; at < packet.length; at++) {
      const changed = Buffer.from(packet);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => receiver.decrypt(changed)).toThrow();
    }
  }
});

test('streams begin in the lower half of the sequence numbers: no receiver can miss the first wrap', () => {
  const { keys } = pair(gcm);
  for (let i = 0; i < 500; i++) {
    const stream = new SrtpStream(keys, i);
    protect(stream, rtpHeader(), Buffer.alloc(1));
    expect(stream.sequenceNumber).toBeLessThan(0x8000);
  }
});
