import { expect, test } from 'vitest';
import { adviceFor, type MeasuredStream } from '../../../main/health/health-advice.ts';

const good: MeasuredStream = {
  ...{ profile: 'sub', codec: 'H264', size: { width: 640, height: 360 }, transport: 'udp', seconds: 30 },
  ...{ pictures: 450, kilobitsPerSecond: 400, keyFrameSeconds: 2, packets: { expected: 3_000, lost: 0 } },
  ...{ jitter: 4, delay: 60, reconnects: 0 },
};
const words = (change: Partial<MeasuredStream>) =>
  adviceFor({ ...good, ...change }).map(
    ({ measured, meaning, advice }) => `${measured}: ${meaning} ${advice}`,
  );

test('of a stream that is as it should be there is nothing to say', () => {
  expect(words({})).toEqual([]);
});

test('rare key frames: how rare, and what to set', () => {
  const [advice, ...others] = words({ keyFrameSeconds: 10 });
  expect(others).toEqual([]);
  expect(advice).toContain('Key frames come every 10.0 s');
  expect(advice).toContain('Set "I-frame interval" to 30');
});

test('loss, its share, and what to do about it by the way of the packets', () => {
  const [overUdp] = words({ packets: { expected: 3_000, lost: 90 } });
  expect(overUdp).toContain('90 of 3000, 3.0%');
  expect(overUdp).toContain('TCP');
  expect(words({ packets: { expected: 3_000, lost: 90 }, transport: 'tcp' })[0]).toContain('cannot keep up');
});

test('few pictures, a high bit rate, uneven packets, long delays and many losses have each their own words', () => {
  expect(words({ pictures: 60 })[0]).toContain('Few pictures');
  expect(words({ kilobitsPerSecond: 4_000 })[0]).toContain('4.0 Mbit/s');
  expect(words({ jitter: 100 })[0]).toContain('unevenly');
  expect(words({ delay: 1_400 })[0]).toContain('1.4 s: At times pictures come more than a second late.');
  expect(words({ reconnects: 40 })[0]).toContain('lost 40 times during the last day');
});

test('what has just begun is not judged, and what is worst comes first', () => {
  expect(words({ seconds: 2, pictures: 1, keyFrameSeconds: null })).toEqual([]);
  const verdicts = adviceFor({ ...good, keyFrameSeconds: 10, jitter: 400 }).map(({ verdict }) => verdict);
  expect(verdicts).toEqual(['problem', 'warning']);
});
