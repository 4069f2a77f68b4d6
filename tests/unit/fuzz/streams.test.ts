import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { GatehouseError } from '../../../main/base/gatehouse-error.ts';
import { PictureAssembler, toPictureMessages } from '../../../main/contract/picture-message.ts';
import { splitJpegs, toJpegPayloads } from '../../../main/demo/jpeg-payloads.ts';
import { boundaryOf, MultipartError, MultipartParser } from '../../../main/http/multipart-parser.ts';
import { splitAtStartCodes } from '../../../main/media/h264.ts';
import { H265Depacketizer } from '../../../main/media/h265-depacketizer.ts';
import { packetizeH265 } from '../../../main/media/h265-packetizer.ts';
import { JpegDepacketizer } from '../../../main/media/jpeg-depacketizer.ts';
import { ParameterSets } from '../../../main/media/parameter-sets.ts';
import { parseH265PictureSize, parseJpegSize, parsePictureSize } from '../../../main/media/picture-size.ts';
import type { RtpPacket } from '../../../main/rtsp/rtp-packet.ts';
import { NetworkEstimator } from '../../../main/viewers/network-estimate.ts';
import { parseRtcpFeedback } from '../../../main/viewers/rtcp-feedback.ts';
import { testDamagedInput } from '../../support/damaged-input.ts';

/*
 * What cameras send as long as they play.
 */

const clips = path.resolve(import.meta.dirname, '../../../build/clips');
const [jpeg = Buffer.alloc(0)] = splitJpegs(readFileSync(path.join(clips, '03-corridor-sub.mjpeg')));
const h265Units = splitAtStartCodes(readFileSync(path.join(clips, '04-crossroads-main.h265'))).slice(0, 6);

/** Puts a payload into a packet that fits behind the one before, most of the time. */
function packets(payloadType: number): (payload: Buffer, random: (limit: number) => number) => RtpPacket {
  let sequenceNumber = 0;
  let timestamp = 0;
  return (payload, random) => {
    sequenceNumber = (sequenceNumber + (random(40) === 0 ? random(5) : 1)) & 0xffff;
    if (random(4) === 0) timestamp = (timestamp + 6_000) >>> 0;
    return { payloadType, marker: random(4) === 0, sequenceNumber, timestamp, ssrc: 1, payload };
  };
}

const jpegDepacketizer = new JpegDepacketizer();
const jpegPacket = packets(26);
testDamagedInput(
  'payloads of JPEG',
  { seed: 2435, samples: toJpegPayloads(jpeg).slice(0, 4) },
  (input, random) => {
    try {
      for (const { nalUnits } of jpegDepacketizer.push(jpegPacket(input, random), 0))
        expect(nalUnits[0]?.readUInt16BE(0)).toBe(0xffd8);
    } catch (error) {
      if (!(error instanceof GatehouseError && error.code === 'camera-codec-unsupported')) throw error;
    }
  },
);

const h265Depacketizer = new H265Depacketizer();
const h265Packet = packets(96);
const h265Sets = new ParameterSets([], 'H265');
testDamagedInput(
  'payloads of H.265',
  { seed: 7798, samples: [...packetizeH265(h265Units).slice(0, 6), ...h265Units.slice(0, 3)] },
  (input, random) => {
    for (const accessUnit of h265Depacketizer.push(h265Packet(input, random), 0)) {
      if (accessUnit.nalUnits.length === 0) expect.fail('an access unit without NAL units');
      h265Sets.complete(accessUnit);
    }
  },
);

const highSps = Buffer.from('67640028acd940780227e5c044000003000400000300f03c60c658', 'hex');
const sets = new ParameterSets();
testDamagedInput(
  'parameter sets',
  {
    seed: 264,
    samples: [
      ...h265Units.slice(0, 3),
      highSps,
      Buffer.from('674d001f9a6602802dff350101014000000fa000013881', 'hex'),
      Buffer.from([0x68, 0xee, 0x3c, 0x80]),
    ],
  },
  (input) => {
    sets.complete({ nalUnits: [input], timestamp: 0, keyFrame: true, receivedAt: 0 });
    h265Sets.complete({ nalUnits: [input], timestamp: 0, keyFrame: true, receivedAt: 0 });
    for (const size of [parsePictureSize(input), parseH265PictureSize(input)]) {
      if (size !== undefined && !(size.width > 0 && size.height > 0 && size.pixelAspect > 0))
        expect.fail(JSON.stringify(size));
    }
  },
);

testDamagedInput('JPEG files', { seed: 81, samples: [jpeg.subarray(0, 700)] }, (input) => {
  const size = parseJpegSize(input);
  if (size !== undefined && !(size.width > 0 && size.height > 0)) expect.fail(JSON.stringify(size));
});

const assembler = new PictureAssembler();
const header = {
  slot: 3,
  assignment: 7,
  codec: 'JPEG',
  timestamp: 90_000,
  keyFrame: true,
  waited: 4,
} as const;
testDamagedInput(
  'messages of pictures',
  {
    seed: 16_384,
    samples: [
      ...toPictureMessages(header, [Buffer.alloc(40)]),
      ...toPictureMessages(header, [Buffer.alloc(17_000)]).map((message) => message.slice(0, 60)),
    ],
  },
  (input) => {
    const picture = assembler.push(input);
    if (picture !== undefined && picture.data.length > 16 * 1024 * 1024) expect.fail('too large');
  },
);

const part = (head: string, body: string) =>
  `--picture\r\nContent-Type: image/jpeg\r\n${head}\r\n${body}\r\n`;
/** Its parts; undefined for what exceeds a bound. */
function partsOf(...chunks: readonly Buffer[]): string | undefined {
  const parser = new MultipartParser('picture');
  try {
    return JSON.stringify(
      chunks.flatMap((chunk) => parser.push(chunk)).map((each) => each.toString('latin1')),
    );
  } catch (error) {
    if (!(error instanceof MultipartError)) throw error;
    return undefined;
  }
}

testDamagedInput(
  'pieces of multipart',
  {
    seed: 2046,
    samples: [
      part('Content-Length: 5\r\n', 'abcde'),
      `${part('', 'no length')}${part('', 'another')}--picture--`,
      '--picture\n\n--picture\n\n--picture\n\n',
      part('content-length : 0\r\nX: y\r\n', ''),
    ],
  },
  (input, random) => {
    const at = random(input.length + 1);
    const [whole, split] = [partsOf(input), partsOf(input.subarray(0, at), input.subarray(at))];
    // Where a bound is exceeded depends on what has come by then.
    if (whole !== undefined && split !== undefined && whole !== split)
      expect.fail(`split at ${at}: ${split}`);
  },
);

testDamagedInput(
  'types of content',
  {
    seed: 6838,
    samples: ['multipart/x-mixed-replace; boundary=--picture', 'multipart/x; a=b;boundary="a b"'],
  },
  (input) => {
    const boundary = boundaryOf(input.toString('latin1'));
    if (boundary !== undefined && boundary.length === 0) expect.fail('an empty boundary');
  },
);

const feedbackNetwork = new NetworkEstimator();
let feedbackAt = 0;
testDamagedInput(
  'feedback of windows',
  {
    seed: 4585,
    samples: [
      '81c90007000000010000002a0100000300010203000000090000000000000000',
      '81cd0003000000010000002a0001ffff',
      '84ce000600000001000000000000002a070000000000002b01000000',
      '8fce0005000000010000000052454d4201120c000000002a',
      '8fcd00050000000100000002000a000e00000100a0010408',
      '8fcd00060000000100000002ffff400000000100200e0102030405060708',
    ].map((sample) => Buffer.from(sample, 'hex')),
  },
  (input) => {
    feedbackAt += 10;
    for (let packet = 0; packet < 3; packet++) feedbackNetwork.sent(1_200, feedbackAt);
    for (const feedback of parseRtcpFeedback(input)) {
      if (feedback.kind === 'arrivals') feedbackNetwork.arrived(feedback.arrivals, feedbackAt);
    }
    const { loss = 0, queueMilliseconds = 0 } = feedbackNetwork.estimate(feedbackAt);
    if (!(loss >= 0 && loss <= 1 && Number.isFinite(queueMilliseconds)))
      expect.fail(`${loss} ${queueMilliseconds}`);
  },
);
