import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  GenericNack,
  PacketStatus,
  PictureLossIndication,
  ReceiverEstimatedMaxBitrate,
  RecvDelta,
  RtcpPayloadSpecificFeedback,
  RtcpReceiverInfo,
  RtcpRrPacket,
  RtcpTransportLayerFeedback,
  RunLengthChunk,
  StatusVectorChunk,
  TransportWideCC,
} from 'werift';
import { parseRtcpFeedback } from '../../../main/viewers/rtcp-feedback.ts';

const ssrc = fc.nat({ max: 2 ** 32 - 1 });
const number16 = fc.nat({ max: 0xffff });
const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** One RTCP packet, and what it says: serialised by another implementation. */
const packets = {
  report: fc
    .record({ ssrc, fractionLost: fc.nat({ max: 255 }), highest: ssrc, lsr: ssrc, dlsr: ssrc })
    .map(({ ssrc: of, fractionLost, highest, lsr, dlsr }) => ({
      bytes: new RtcpRrPacket({
        ssrc: 1,
        reports: [
          new RtcpReceiverInfo({
            ...{ ssrc: of, fractionLost, packetsLost: 3, highestSequence: highest, jitter: 9, lsr, dlsr },
          }),
        ],
      }).serialize(),
      says: {
        ...{ kind: 'report', ssrc: of, fractionLost: fractionLost / 256, highest, lastSenderReport: lsr },
        delay: (dlsr / 65_536) * 1_000,
      },
    })),
  lost: fc.record({ ssrc, lost: fc.uniqueArray(number16, { minLength: 1, maxLength: 40 }) }).map((of) => ({
    bytes: new RtcpTransportLayerFeedback({
      feedback: new GenericNack({ senderSsrc: 1, mediaSourceSsrc: of.ssrc, lost: of.lost }),
    }).serialize(),
    says: { kind: 'lost', ssrc: of.ssrc, sequenceNumbers: of.lost },
  })),
  pictureLoss: ssrc.map((of) => ({
    bytes: new RtcpPayloadSpecificFeedback({
      feedback: new PictureLossIndication({ senderSsrc: 1, mediaSsrc: of }),
    }).serialize(),
    says: { kind: 'key-frame', ssrc: of },
  })),
  estimate: fc.record({ exponent: fc.nat({ max: 40 }), mantissa: fc.nat({ max: 0x3ffff }) }).map((of) => ({
    bytes: new RtcpPayloadSpecificFeedback({
      feedback: new ReceiverEstimatedMaxBitrate({
        ...{ senderSsrc: 1, mediaSsrc: 0, ssrcNum: 2, ssrcFeedbacks: [5, 6] },
        ...{ brExp: of.exponent, brMantissa: of.mantissa },
      }),
    }).serialize(),
    says: { kind: 'receiver-estimate', bitsPerSecond: of.mantissa * 2 ** of.exponent },
  })),
};

test('what another implementation says is understood, however many packets are in one', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(...Object.values(packets)), { minLength: 1, maxLength: 6 }), (compound) => {
      const bytes = Buffer.concat(compound.map((packet) => packet.bytes));
      expect(parseRtcpFeedback(bytes).map(inOrder)).toEqual(compound.map(({ says }) => inOrder(says)));
    }),
  );
});

/** A NACK is a set: in which order it names packets near each other is its encoding's (RFC 4585 section 6.2.1). */
function inOrder(said: object): object {
  if (!('sequenceNumbers' in said) || !Array.isArray(said.sequenceNumbers)) return said;
  return { ...said, sequenceNumbers: said.sequenceNumbers.toSorted((a: number, b: number) => a - b) };
}

test('a full intra request is one for each stream that it names (RFC 5104 section 4.3.1)', () => {
  const request = hex('84ce0006 00000001 00000000 0000002a 07000000 0000002b 01000000');
  expect(parseRtcpFeedback(request)).toEqual([
    { kind: 'key-frame', ssrc: 42 },
    { kind: 'key-frame', ssrc: 43 },
  ]);
});

/** Transport-wide feedback as its sender means it; `undefined`: has not come. Quarters of milliseconds since the one before. */
const arrivals = fc.array(
  fc.option(fc.oneof(fc.nat({ max: 255 }), fc.integer({ min: -0x8000, max: 0x7fff })), { nil: undefined }),
  { minLength: 1, maxLength: 60 },
);
const kindOf = (delta: number) =>
  delta >= 0 && delta <= 255
    ? PacketStatus.TypeTCCPacketReceivedSmallDelta
    : PacketStatus.TypeTCCPacketReceivedLargeDelta;
const statusOf = (delta: number | undefined) =>
  delta === undefined ? PacketStatus.TypeTCCPacketNotReceived : kindOf(delta);
const deltaOf = (delta: number) => new RecvDelta({ type: kindOf(delta), delta: delta * 250 });

/** Statuses in chunks of either kind, as `isRun` says it. */
function chunksOf(statuses: readonly PacketStatus[], isRun: readonly boolean[]) {
  const chunks: (RunLengthChunk | StatusVectorChunk)[] = [];
  let place = 0;
  for (let chunk = 0; place < statuses.length; chunk++) {
    const [packetStatus = 0] = statuses.slice(place);
    const length = statuses.slice(place).findIndex((status) => status !== packetStatus);
    const runLength = length === -1 ? statuses.length - place : length;
    if (isRun[chunk % isRun.length] === true) {
      chunks.push(new RunLengthChunk({ packetStatus, runLength }));
      place += runLength;
    } else {
      const symbolList = Array.from({ length: 7 }, (_, index) => statuses[place + index] ?? 0);
      chunks.push(new StatusVectorChunk({ symbolSize: 1, symbolList }));
      place += 7;
    }
  }
  return chunks;
}

test('when each packet came is read from runs and vectors alike', () => {
  fc.assert(
    fc.property(
      arrivals,
      number16,
      fc.nat({ max: 0xffffff }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
      (deltas, baseSequenceNumber, referenceTime, isRun) => {
        const statuses = deltas.map(statusOf);
        const packetChunks = chunksOf(statuses, isRun);
        const feedback = new TransportWideCC({
          ...{ senderSsrc: 1, mediaSourceSsrc: 2, fbPktCount: 3, baseSequenceNumber, referenceTime },
          packetStatusCount: deltas.length,
          packetChunks,
          recvDeltas: deltas.flatMap((delta) => (delta === undefined ? [] : [deltaOf(delta)])),
        });
        // Statuses are as many as the bytes of their deltas.
        const deltaBytes = statuses.reduce<number>((total, status) => total + status, 0);
        feedback.header.padding = (packetChunks.length * 2 + deltaBytes) % 4 !== 0;
        let time = referenceTime * 64;
        const times = deltas.map((delta) => {
          time += (delta ?? 0) / 4;
          return delta === undefined ? Number.NaN : time;
        });
        // Those behind the last that came may still be on their way.
        const known = times.slice(0, times.findLastIndex((at) => !Number.isNaN(at)) + 1);
        const [said] = parseRtcpFeedback(feedback.serialize());
        expect(said).toEqual({
          kind: 'arrivals',
          arrivals: { base: baseSequenceNumber, times: Float64Array.from(known) },
        });
      },
    ),
  );
});

test('a vector of single bits says of fourteen packets whether they came', () => {
  // Two words of header, base 10, 14 packets, time 1; bits 10000000000001; two deltas of 4 and 8 quarters.
  const said = parseRtcpFeedback(hex('8fcd0005 00000001 00000002 000a000e 00000100 a0010408'));
  expect(said).toEqual([
    {
      kind: 'arrivals',
      arrivals: {
        base: 10,
        times: Float64Array.from([65, ...Array.from({ length: 12 }, () => Number.NaN), 67]),
      },
    },
  ]);
});

test('feedback that is cut off anywhere says what came before the cut, and nothing made up', () => {
  const whole = Buffer.concat([
    hex('81ce0002 00000001 00000007'),
    hex('8fcd0005 00000001 00000002 000a000e 00000100 a0010408'),
  ]);
  for (let length = 0; length < whole.length; length++) {
    const said = parseRtcpFeedback(whole.subarray(0, length));
    expect(said).toEqual(length < 12 ? [] : [{ kind: 'key-frame', ssrc: 7 }]);
  }
});
