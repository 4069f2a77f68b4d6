import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RtpHeader as ParsedHeader } from 'werift';
import { headerExtensionUris, RtpHeader, rtpHeaderBytes } from '../../../main/viewers/rtp-header.ts';

const [mid, playoutDelay, transportSequence, absSendTime] = headerExtensionUris.video;

/** Any of the extensions that are offered, each under a number of its own, and those of others. */
const extensions = fc
  .tuple(
    fc.subarray([...headerExtensionUris.video, 'urn:of-somebody-else']),
    fc.uniqueArray(fc.integer({ min: 1, max: 14 }), { minLength: 5, maxLength: 5 }),
  )
  .map(([uris, ids]) => uris.map((uri, index) => ({ uri, id: ids[index] ?? 0 })));

const packet = fc.record({
  payloadType: fc.integer({ min: 0, max: 127 }),
  timestamp: fc.nat({ max: 2 ** 32 - 1 }),
  marker: fc.boolean(),
  sentAt: fc.integer({ min: 0, max: 2 ** 45 }),
  transportNumber: fc.nat({ max: 0xffff }),
  mid: fc.option(fc.stringMatching(/^[A-Za-z0-9]{1,16}$/), { nil: undefined }),
});

test('another implementation reads the header as it was negotiated, whatever that was', () => {
  fc.assert(
    fc.property(extensions, packet, (negotiated, of) => {
      const header = new RtpHeader(of.payloadType, negotiated, of.mid);
      const bytes = Buffer.alloc(header.length);
      header.write(bytes, 0, of.timestamp, of.marker, of.sentAt, of.transportNumber);
      bytes.writeUInt16BE(7, 2);
      bytes.writeUInt32BE(0xcafe, 8);
      const parsed = ParsedHeader.deSerialize(Buffer.concat([bytes, Buffer.from([1, 2, 3])]));
      expect(parsed).toMatchObject({
        ...{ version: 2, padding: false, csrcLength: 0, sequenceNumber: 7, ssrc: 0xcafe },
        ...{ payloadType: of.payloadType, timestamp: of.timestamp, marker: of.marker },
        payloadOffset: header.length,
      });
      const found = new Map(parsed.extensions.map(({ id, payload }) => [id, payload.toString('hex')]));
      const expected = new Map<number, string>();
      const idOf = (uri: string | undefined) => negotiated.find((entry) => entry.uri === uri)?.id;
      const expectExtension = (uri: string | undefined, hex: string) => {
        const id = idOf(uri);
        if (id !== undefined) expected.set(id, hex);
      };
      expectExtension(playoutDelay, '000000');
      expectExtension(transportSequence, of.transportNumber.toString(16).padStart(4, '0'));
      if (idOf(transportSequence) === undefined) {
        const units = Math.floor(((of.sentAt % 64_000) / 1_000) * 2 ** 18);
        expectExtension(absSendTime, units.toString(16).padStart(6, '0'));
      }
      if (of.mid !== undefined) expectExtension(mid, Buffer.from(of.mid).toString('hex'));
      expect(found).toEqual(expected);
    }),
  );
});

test('headers of a picture lie one behind the other, and none changes another one', () => {
  const header = new RtpHeader(96, [{ id: 3, uri: transportSequence }], undefined);
  const write = (headers: Buffer, at: number, timestamp: number, number: number) =>
    header.write(headers, at, timestamp, number === 6, 0, number);
  const [first, second] = [Buffer.alloc(header.length), Buffer.alloc(header.length)];
  write(first, 0, 1, 5);
  write(second, 0, 2, 6);
  const both = Buffer.alloc(2 * header.length + 1, 0xee);
  write(both, header.length, 2, 6);
  write(both, 0, 1, 5);
  expect(both).toEqual(Buffer.concat([first, second, Buffer.from([0xee])]));
});

test('without extensions it is twelve bytes; what the one-byte form cannot hold is left out', () => {
  expect(new RtpHeader(96, [], '0').length).toBe(rtpHeaderBytes);
  expect(new RtpHeader(96, [{ id: 15, uri: mid }], '0').length).toBe(rtpHeaderBytes);
  expect(new RtpHeader(96, [{ id: 0, uri: mid }], '0').length).toBe(rtpHeaderBytes);
  expect(new RtpHeader(96, [{ id: 1, uri: mid }], 'seventeen letters').length).toBe(rtpHeaderBytes);
});
