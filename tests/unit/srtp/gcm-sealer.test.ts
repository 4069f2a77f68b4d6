import { createCipheriv, createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GcmSealer, gcmNonceBytes, gcmTagBytes } from '../../../main/srtp/gcm-sealer.ts';

interface Packet {
  readonly nonce: Uint8Array;
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
}

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const packetOf = (longest: number, headerBytes: number) =>
  fc.record({
    nonce: bytesOf(gcmNonceBytes),
    header: bytesOf(headerBytes),
    payload: fc.uint8Array({ maxLength: longest, size: 'max' }),
  });
const packetsOf = (headerBytes: number) =>
  fc.array(packetOf(1_500, headerBytes), { maxLength: 40, size: 'max' });

function sealerOf(key: Uint8Array): GcmSealer {
  return new GcmSealer(createSecretKey(key));
}

function seal(sealer: GcmSealer, packets: readonly Packet[]): string[] {
  return sealer
    .seal(
      Buffer.concat(packets.map(({ nonce }) => nonce)),
      Buffer.concat(packets.map(({ header }) => header)),
      packets[0]?.header.length ?? 0,
      packets.map(({ payload }) => Buffer.from(payload)),
    )
    .map((datagram) => datagram.toString('hex'));
}

function sealWithOpenssl(key: Uint8Array, { nonce, header, payload }: Packet): string {
  const cipher = createCipheriv('aes-128-gcm', key, nonce, { authTagLength: gcmTagBytes }).setAAD(header);
  return Buffer.concat([header, cipher.update(payload), cipher.final(), cipher.getAuthTag()]).toString('hex');
}

test('packets of any lengths and any number of them are what OpenSSL makes of them', () => {
  fc.assert(
    fc.property(bytesOf(16), fc.nat(70).chain(packetsOf), (key, packets) => {
      expect(seal(sealerOf(key), packets)).toEqual(packets.map((packet) => sealWithOpenssl(key, packet)));
    }),
  );
});

test('each length around the ends of blocks, for each number of packets that share a step', () => {
  const key = Buffer.alloc(16, 7);
  const sealer = sealerOf(key);
  for (let count = 1; count <= 17; count++) {
    for (let length = 0; length <= 49; length++) {
      const packets = Array.from({ length: count }, (_, place) => ({
        nonce: Buffer.alloc(gcmNonceBytes, place + 1),
        header: Buffer.alloc(12 + (length % 3) * 8, place),
        // Each packet a little shorter than the one before: rows of one batch differ.
        payload: Buffer.alloc(Math.max(0, length - place), 0xa5),
      }));
      expect(seal(sealer, packets)).toEqual(packets.map((packet) => sealWithOpenssl(key, packet)));
    }
  }
});

test('windows take turns: each key has its own tables', () => {
  fc.assert(
    fc.property(
      bytesOf(16),
      bytesOf(16),
      fc.array(fc.tuple(fc.boolean(), packetOf(100, 20)), { minLength: 1, maxLength: 12 }),
      (first, second, turns) => {
        const sealers = [sealerOf(first), sealerOf(second)] as const;
        for (const [isSecond, packet] of turns) {
          // A window that comes in between.
          if (packet.payload.length % 2 === 0) sealerOf(Buffer.alloc(16));
          expect(seal(sealers[isSecond ? 1 : 0], [packet])).toEqual([
            sealWithOpenssl(isSecond ? second : first, packet),
          ]);
        }
      },
    ),
  );
});

test('sixteen packets as large as a datagram can be fit', () => {
  const key = Buffer.alloc(16, 9);
  const packets = Array.from({ length: 16 }, (_, place) => ({
    nonce: Buffer.alloc(gcmNonceBytes, place),
    header: Buffer.alloc(76, 1),
    payload: Buffer.alloc(65_507 - 76 - gcmTagBytes, place),
  }));
  expect(seal(sealerOf(key), packets)).toEqual(packets.map((packet) => sealWithOpenssl(key, packet)));
});

test('datagrams that were given out stay as they are when others are made', () => {
  const sealer = sealerOf(Buffer.alloc(16, 3));
  const nonce = Buffer.alloc(gcmNonceBytes);
  const [first] = sealer.seal(nonce, Buffer.alloc(12), 12, [Buffer.alloc(500, 1)]);
  const before = first?.toString('hex');
  sealer.seal(nonce, Buffer.alloc(12), 12, [Buffer.alloc(900, 2)]);
  expect(first?.toString('hex')).toBe(before);
});

test('what is released is freed at once, and no other memory with it', () => {
  const key = Buffer.alloc(16, 4);
  const sealer = sealerOf(key);
  const packets = Array.from({ length: 20 }, (_, place) => ({
    nonce: Buffer.alloc(gcmNonceBytes, place),
    header: Buffer.alloc(12, 1),
    payload: Buffer.alloc(100, place),
  }));
  const expected = packets.map((packet) => sealWithOpenssl(key, packet));
  const earlier = sealer.seal(Buffer.alloc(gcmNonceBytes), Buffer.alloc(12), 12, [
    Buffer.from('an earlier one'),
  ]);
  const pooled = Buffer.from('in the pool that Node cuts small buffers from');
  const datagrams = sealer.seal(
    Buffer.concat(packets.map(({ nonce }) => nonce)),
    Buffer.concat(packets.map(({ header }) => header)),
    12,
    packets.map(({ payload }) => payload),
  );
  expect(datagrams.map((datagram) => datagram.toString('hex'))).toEqual(expected);
  sealer.release();
  sealer.release();
  expect(datagrams.map(({ length }) => length)).toEqual(packets.map(() => 0));
  expect(earlier[0]?.length).toBe(12 + 'an earlier one'.length + gcmTagBytes);
  expect(pooled.toString()).toBe('in the pool that Node cuts small buffers from');
  expect(seal(sealer, packets)).toEqual(expected);
});
