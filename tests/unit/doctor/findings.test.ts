import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GatehouseError } from '../../../main/base/gatehouse-error.ts';
import { errorCodes } from '../../../main/contract/error-codes.ts';
import { finding } from '../../../main/contract/examination.ts';
import {
  type Judgement,
  judgeClock,
  judgeCredentials,
  judgeFirstPacket,
  judgeOnvif,
  judgeOnvifFailure,
  judgePorts,
  judgeReach,
  judgeRtsp,
  type Knock,
} from '../../../main/doctor/findings.ts';
import { knockOf } from '../../../main/doctor/knock.ts';
import {
  judgeBFrames,
  judgeBitRate,
  judgeDescription,
  judgeJitter,
  judgeKeyFrames,
  judgeLoss,
  judgePictures,
  judgeTransport,
} from '../../../main/doctor/stream-findings.ts';
import type { StreamFigures } from '../../../main/doctor/stream-sample.ts';

/** A sub-stream as it should be. */
const good: StreamFigures = {
  codec: 'H264',
  firstPacketMilliseconds: 80,
  seconds: 10,
  pictures: 150,
  picturesPerSecond: 15,
  keyFrames: 5,
  keyFrameSeconds: 2,
  size: { width: 640, height: 360 },
  kilobitsPerSecond: 512,
  packets: { expected: 1_000, lost: 0 },
  jitterMilliseconds: 4,
  hasBFrames: false,
  clockSpeed: 1,
  clockAheadMilliseconds: 0,
};

const length = fc.double({ min: 0, max: 1e9, noNaN: true });
const orNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
const knock: fc.Arbitrary<Knock> = fc.oneof(
  length.map((milliseconds) => ({ outcome: 'open' as const, milliseconds })),
  fc.constantFrom('refused', 'unanswered', 'unknown-name').map((outcome) => ({ outcome })),
  fc.string().map((code) => ({ outcome: 'failed' as const, code })),
) as fc.Arbitrary<Knock>;
const figures: fc.Arbitrary<StreamFigures> = fc.record({
  codec: fc.constantFrom('H264', 'H265', 'JPEG'),
  firstPacketMilliseconds: orNull(length),
  seconds: length,
  pictures: fc.nat(),
  picturesPerSecond: orNull(length),
  keyFrames: fc.nat(),
  keyFrameSeconds: orNull(length),
  size: orNull(fc.record({ width: fc.nat(16_384), height: fc.nat(16_384) })),
  kilobitsPerSecond: orNull(length),
  packets: orNull(
    fc.nat().chain((expected) => fc.record({ expected: fc.constant(expected), lost: fc.nat(expected) })),
  ),
  jitterMilliseconds: orNull(length),
  hasBFrames: fc.boolean(),
  clockSpeed: orNull(fc.double({ noNaN: true, min: -1e6, max: 1e6 })),
  clockAheadMilliseconds: orNull(fc.double({ noNaN: true, min: -1e12, max: 1e12 })),
});
const failure = fc
  .constantFrom(...errorCodes)
  .map((code) => new GatehouseError(code, 'Gate failed. Do this.'));

/** What each judgement is worth to who reads it, whatever was measured. */
function expectUseful(judgement: Judgement): void {
  expect(finding.safeParse({ step: 'reach', profile: null, ...judgement }).success).toBe(true);
  const { verdict, measured, meaning, advice } = judgement;
  expect(meaning).toMatch(/^\p{Lu}.*\.$/su);
  if (advice !== null) expect(advice).toMatch(/^\p{Lu}.*\.$/su);
  for (const text of [measured, meaning, advice ?? ''])
    expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
  if (verdict === 'ok') expect(measured).not.toBe('');
  // What is wrong says what to do: here, or in the words of the error.
  if (verdict === 'warning' || verdict === 'problem')
    expect(advice ?? meaning).toMatch(/\. ?\S|[A-Z]\w+ .*\./);
}

describe('whatever is measured, a finding is sentences with what to do', () => {
  test('about the address and the ports', () => {
    fc.assert(
      fc.property(knock, orNull(knock), fc.boolean(), (media, web, isOnvif) => {
        expectUseful(judgeReach('gate.local', media));
        expectUseful(
          judgePorts({
            media: { port: 554, knock: media, service: 'RTSP' },
            web: web === null ? null : { port: 80, knock: web, isOnvif },
          }),
        );
      }),
    );
  });

  test('about the stream', () => {
    fc.assert(
      fc.property(
        figures,
        fc.constantFrom('main', 'sub'),
        fc.constantFrom('tcp', 'udp', null),
        (measured, profile, way) => {
          expectUseful(judgeKeyFrames(measured));
          expectUseful(judgePictures(measured, profile));
          expectUseful(judgeBitRate(measured, profile));
          expectUseful(judgeLoss(measured, way));
          expectUseful(judgeJitter(measured));
          expectUseful(judgeBFrames(measured));
          const { clockSpeed: speed, clockAheadMilliseconds: reports } = measured;
          expectUseful(judgeClock({ onvif: null, reports, speed }));
          expectUseful(judgeTransport(way, []));
          expectUseful(judgeTransport(way, ['tcp']));
        },
      ),
    );
  });

  test('about what failed', () => {
    fc.assert(
      fc.property(failure, (error) => {
        expectUseful(judgeRtsp(undefined, error));
        expectUseful(judgeFirstPacket(null, error));
        expectUseful(judgeOnvifFailure(error));
      }),
    );
  });

  test('about who may watch', () => {
    fc.assert(
      fc.property(
        fc.record({
          signIn: fc.constantFrom('none', 'basic', 'digest-md5', 'digest-sha-256', 'unknown'),
          hasUser: fc.boolean(),
          isSecure: fc.boolean(),
          isRefused: fc.boolean(),
          isHeldBack: fc.boolean(),
        }),
        (facts) => {
          const judgement = judgeCredentials(facts);
          expectUseful(judgement);
          if (facts.isRefused || facts.isHeldBack) expect(judgement.verdict).toBe('problem');
        },
      ),
    );
  });
});

test('worse figures never get a better verdict', () => {
  const order = ['ok', 'warning', 'problem'];
  const worse = (a: Judgement, b: Judgement) =>
    expect(order.indexOf(b.verdict)).toBeGreaterThanOrEqual(order.indexOf(a.verdict));
  fc.assert(
    fc.property(length, length, (a, b) => {
      const [less, more] = [Math.min(a, b), Math.max(a, b)];
      worse(
        judgeJitter({ ...good, jitterMilliseconds: less }),
        judgeJitter({ ...good, jitterMilliseconds: more }),
      );
      worse(
        judgeKeyFrames({ ...good, keyFrameSeconds: less }),
        judgeKeyFrames({ ...good, keyFrameSeconds: more }),
      );
      worse(judgeFirstPacket(less, null), judgeFirstPacket(more, null));
      for (const profile of ['main', 'sub'] as const)
        worse(
          judgeBitRate({ ...good, kilobitsPerSecond: less }, profile),
          judgeBitRate({ ...good, kilobitsPerSecond: more }, profile),
        );
      worse(
        judgeClock({ onvif: less, reports: null, speed: null }),
        judgeClock({ onvif: more, reports: null, speed: null }),
      );
    }),
  );
  fc.assert(
    fc.property(fc.nat(1_000), fc.nat(1_000), (a, b) => {
      const of = (lost: number) => judgeLoss({ ...good, packets: { expected: 1_000, lost } }, 'udp');
      worse(of(Math.min(a, b)), of(Math.max(a, b)));
    }),
  );
});

test('a stream as it should be has nothing to change', () => {
  const judgements = [
    judgeKeyFrames(good),
    judgePictures(good, 'sub'),
    judgeBitRate(good, 'sub'),
    judgeLoss(good, 'tcp'),
    judgeJitter(good),
    judgeBFrames(good),
    judgeFirstPacket(80, null),
    judgeTransport('tcp', []),
    judgeDescription({ codec: 'H264', profile: 77, size: good.size, sound: [] }),
  ];
  expect(judgements.map(({ verdict, advice }) => [verdict, advice])).toEqual(
    judgements.map(() => ['ok', null]),
  );
});

test.each([
  [
    'key frames every ten seconds',
    judgeKeyFrames({ ...good, keyFrameSeconds: 10 }),
    'warning',
    'Set "I-frame interval" to 30, twice the frame rate: a picture then starts within 2 s.',
  ],
  [
    'no second key frame',
    judgeKeyFrames({ ...good, keyFrames: 1, keyFrameSeconds: null }),
    'problem',
    'I-frame interval',
  ],
  ['B-frames', judgeBFrames({ ...good, hasBFrames: true }), 'problem', 'B-frames to 0'],
  ['H.265', judgeDescription({ codec: 'H265', profile: null, size: null, sound: [] }), 'warning', 'H.264'],
  [
    'a large small picture',
    judgePictures({ ...good, size: { width: 1920, height: 1080 } }, 'sub'),
    'warning',
    '640 × 360',
  ],
  [
    'a main stream of that size',
    judgePictures({ ...good, size: { width: 1920, height: 1080 } }, 'main'),
    'ok',
    null,
  ],
  [
    'three pictures a second',
    judgePictures({ ...good, picturesPerSecond: 3 }, 'main'),
    'warning',
    'frame rate',
  ],
  [
    'no pictures',
    judgePictures({ ...good, pictures: 0, picturesPerSecond: null }, 'main'),
    'problem',
    'bit rate',
  ],
  [
    '4 Mbit/s for a small picture',
    judgeBitRate({ ...good, kilobitsPerSecond: 4_000 }, 'sub'),
    'warning',
    '1.5 Mbit/s',
  ],
  [
    'one packet lost over UDP',
    judgeLoss({ ...good, packets: { expected: 1_000, lost: 1 } }, 'udp'),
    'warning',
    'TCP',
  ],
  [
    'every tenth packet lost',
    judgeLoss({ ...good, packets: { expected: 100, lost: 10 } }, 'tcp'),
    'problem',
    'bit rate',
  ],
  [
    'a clock an hour behind',
    judgeClock({ onvif: -3_600_000, reports: null, speed: 1 }),
    'problem',
    'time zone',
  ],
  ['a clock 90 s ahead', judgeClock({ onvif: null, reports: 90_000, speed: 1 }), 'warning', 'NTP'],
  ['a clock of its own speed', judgeClock({ onvif: 0, reports: 0, speed: 0.011 }), 'warning', 'firmware'],
  [
    'no streams over ONVIF',
    judgeOnvif({ maker: null, model: null, firmware: null, services: ['device'] }),
    'warning',
    'ONVIF',
  ],
  ['a camera that refuses TCP', judgeTransport('udp', ['tcp']), 'warning', 'interleaved'],
] as const)('%s: verdict and what to change', (_what, judgement, verdict, advice) => {
  expect(judgement.verdict).toBe(verdict);
  if (advice === null) expect(judgement.advice).toBeNull();
  else expect(judgement.advice).toContain(advice);
});

test.each([
  [undefined, 'reach', 'problem', 'power'],
  ['EHOSTUNREACH', 'reach', 'problem', 'power'],
  ['ENOTFOUND', 'reach', 'problem', 'IP address'],
  ['ENETUNREACH', 'reach', 'problem', 'subnet'],
  ['ECONNREFUSED', 'reach', 'ok', null],
  ['ECONNREFUSED', 'ports', 'problem', 'Switch RTSP on'],
] as const)('a connection that ends with %s: the %s is %s', (code, step, verdict, advice) => {
  const knocked = knockOf(code);
  const judgement =
    step === 'reach'
      ? judgeReach('gate', knocked)
      : judgePorts({ media: { port: 554, knock: knocked, service: 'RTSP' }, web: null });
  expect(judgement.verdict).toBe(verdict);
  if (advice !== null) expect(judgement.advice).toContain(advice);
});
