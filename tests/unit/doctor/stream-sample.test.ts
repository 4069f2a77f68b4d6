import { expect, test } from 'vitest';
import { loadClip, loadQuirkClip, ticksPerFrame } from '../../../main/demo/clip.ts';
import { toRtpPayloads } from '../../../main/demo/rtp-payloads.ts';
import { senderReport } from '../../../main/demo/sender-report.ts';
import { StreamSample } from '../../../main/doctor/stream-sample.ts';
import type { RtpPacket } from '../../../main/rtsp/rtp-packet.ts';

const frameMilliseconds = 1_000 / 15;

interface Arrival {
  readonly packet: RtpPacket;
  readonly at: number;
}

/** A clip as it would arrive, from its first picture on. */
function arrivals(
  clip: { readonly frames: readonly { readonly nalUnits: readonly Buffer[] }[] },
  seconds: number,
  {
    timestampOf = (frame) => frame * ticksPerFrame,
    lateOf = () => 0,
  }: { timestampOf?: (frame: number) => number; lateOf?: (frame: number) => number } = {},
): Arrival[] {
  let sequenceNumber = 65_500;
  return Array.from({ length: Math.round(seconds * 15) + 1 }, (_, frame) => {
    const { nalUnits } = clip.frames[frame % clip.frames.length] ?? { nalUnits: [] };
    const payloads = toRtpPayloads(nalUnits);
    return payloads.map((payload, index) => ({
      at: 1_000 + frame * frameMilliseconds + lateOf(frame),
      packet: {
        payloadType: 96,
        marker: index === payloads.length - 1,
        sequenceNumber: sequenceNumber++ & 0xffff,
        timestamp: timestampOf(frame) >>> 0,
        ssrc: 7,
        payload,
      },
    }));
  }).flat();
}

function measure(list: readonly Arrival[], codec: 'H264' | 'H265' = 'H264'): StreamSample {
  const sample = new StreamSample({ codec, parameterSets: [] }, 900);
  for (const { packet, at } of list) sample.packet(packet, at);
  return sample;
}

test('a stream is measured: start, key frames, pictures, size, bit rate', () => {
  const list = arrivals(loadClip(0, 'main', 2), 10);
  const { figures } = measure(list);
  expect(figures).toMatchObject({
    firstPacketMilliseconds: 100,
    pictures: 151,
    keyFrames: 6,
    size: { width: 1280, height: 720 },
    packets: { expected: list.length, lost: 0 },
    hasBFrames: false,
    clockAheadMilliseconds: null,
  });
  expect(figures.seconds).toBeCloseTo(10);
  expect(figures.keyFrameSeconds).toBeCloseTo(2);
  expect(figures.picturesPerSecond).toBeCloseTo(15);
  expect(figures.clockSpeed).toBeCloseTo(1);
  const bytes = list.reduce((sum, { packet }) => sum + packet.payload.length, 0);
  expect(figures.kilobitsPerSecond).toBeCloseTo((bytes * 8) / 10_000);
});

test('key frames that come every ten seconds are, however late single ones arrive', () => {
  const clip = loadClip(0, 'sub', 10);
  const { figures } = measure(arrivals(clip, 21, { lateOf: (frame) => (frame === 150 ? 60 : 0) }));
  expect(figures.keyFrames).toBe(3);
  expect(figures.keyFrameSeconds).toBeCloseTo(10, 1);
});

test('with fewer than two key frames there is no interval', () => {
  expect(measure(arrivals(loadClip(0, 'sub', 10), 5)).figures).toMatchObject({
    keyFrames: 1,
    keyFrameSeconds: null,
  });
  expect(new StreamSample({ codec: 'H264', parameterSets: [] }, 0).figures).toMatchObject({
    firstPacketMilliseconds: null,
    pictures: 0,
    keyFrames: 0,
    keyFrameSeconds: null,
    picturesPerSecond: null,
    kilobitsPerSecond: null,
    clockSpeed: null,
  });
});

test('every packet that is missing counts, over the wrap of sequence numbers too', () => {
  const list = arrivals(loadClip(0, 'main', 2), 4);
  const kept = list.filter((_, index) => index % 7 !== 3);
  expect(measure(kept).figures.packets).toEqual({ expected: list.length, lost: list.length - kept.length });
});

test('a timestamp clock that counts milliseconds is told from one that runs with the time', () => {
  const clip = loadClip(0, 'sub', 2);
  const wrong = measure(
    arrivals(clip, 6, { timestampOf: (frame) => Math.round(frame * frameMilliseconds) }),
  ).figures;
  expect(wrong.clockSpeed).toBeCloseTo(1 / 90, 3);
  // By arrival then.
  expect(wrong.keyFrameSeconds).toBeCloseTo(2);
});

test('jitter is that of RFC 3550: nothing when packets are even, more when every second picture is late', () => {
  const clip = loadClip(0, 'sub', 2);
  expect(measure(arrivals(clip, 6)).figures.jitterMilliseconds).toBeLessThan(1);
  const uneven = measure(arrivals(clip, 6, { lateOf: (frame) => (frame % 2) * 50 })).figures;
  expect(uneven.jitterMilliseconds).toBeGreaterThan(20);
  expect(uneven.jitterMilliseconds).toBeLessThan(51);
});

test('B-frames are known by their slices', () => {
  expect(measure(arrivals(loadQuirkClip('b-frames'), 4)).figures.hasBFrames).toBe(true);
});

test('and in any format by times of showing that go back and forth', () => {
  const order = [0, 3, 1, 2];
  const shown = (frame: number) =>
    frame === 0 ? 0 : frame - ((frame - 1) % 3) - 1 + (order[((frame - 1) % 3) + 1] ?? 0);
  const clip = { frames: [{ nalUnits: [Buffer.from([0x02, 1, 0x80])] }] };
  const reordered = arrivals(clip, 4, { timestampOf: (frame) => shown(frame) * ticksPerFrame });
  expect(measure(reordered, 'H265').figures.hasBFrames).toBe(true);
  expect(measure(arrivals(clip, 4), 'H265').figures.hasBFrames).toBe(false);
  const backward = arrivals(clip, 4, { timestampOf: (frame) => 2 ** 32 - frame * ticksPerFrame });
  expect(measure(backward, 'H265').figures.hasBFrames).toBe(false);
});

test('the clock of sender reports is compared, unless it counts from the start of the camera', () => {
  const now = Date.UTC(2026, 5, 1);
  const report = (time: number) => senderReport(time, { ssrc: 7, timestamp: 0, packets: 0, octets: 0 });
  const aheadOf = (time: number) => {
    const sample = new StreamSample({ codec: 'H264', parameterSets: [] }, 0);
    sample.rtcp(report(time), now);
    sample.rtcp(Buffer.from([0x80, 200, 0, 1]), now);
    sample.rtcp(Buffer.alloc(40), now);
    return sample.figures.clockAheadMilliseconds;
  };
  expect(aheadOf(now - 125_000)).toBeCloseTo(-125_000, 0);
  expect(aheadOf(now + 3_600_000)).toBeCloseTo(3_600_000, 0);
  expect(aheadOf(1_000)).toBeNull();
});

test('whole JPEGs are measured without packets', () => {
  const sample = new StreamSample({ codec: 'JPEG', parameterSets: [] }, 0);
  for (let picture = 0; picture <= 20; picture++) sample.picture(Buffer.alloc(1_000), picture * 200);
  expect(sample.figures).toMatchObject({
    packets: null,
    jitterMilliseconds: null,
    clockSpeed: null,
    pictures: 21,
  });
  expect(sample.figures.picturesPerSecond).toBeCloseTo(5);
});
