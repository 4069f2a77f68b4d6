import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SentFrames } from '../../../main/viewers/sent-frames.ts';

const payload = (number: number) => Buffer.from([number >> 8, number & 0xff]);

/** A frame whose payloads say their sequence numbers. */
function frame(first: number, packets: number) {
  return {
    first: first & 0xffff,
    payloads: Array.from({ length: packets }, (_, place) => payload(first + place)),
    datagrams: undefined,
    timestamp: first * 3_000,
    marker: true,
  };
}

test('what was sent in the last second is there again, and nothing else, whatever the rate and the numbers', () => {
  const steps = fc.array(
    fc.record({ packets: fc.integer({ min: 1, max: 400 }), wait: fc.nat({ max: 400 }) }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(fc.nat({ max: 0xffff }), steps, (start, frames) => {
      const sent = new SentFrames();
      const all: { number: number; first: number; isLast: boolean; at: number }[] = [];
      let first = start;
      let now = 0;
      for (const { packets, wait } of frames) {
        sent.add(frame(first, packets), now);
        for (let place = 0; place < packets; place++) {
          all.push({ number: first + place, first, isLast: place === packets - 1, at: now });
        }
        first += packets;
        now += wait;
      }
      for (const { number, first: of, isLast, at } of all) {
        const found = sent.takeForRepeat(number & 0xffff, now, 0);
        if (now - at > 1_000) expect(found).toBeUndefined();
        else {
          const expected = { payload: payload(number), timestamp: of * 3_000, marker: isLast };
          expect(found).toMatchObject(expected);
        }
      }
      expect(sent.takeForRepeat(first & 0xffff, now, 0)).toBeUndefined();
    }),
  );
});

test('a packet that was repeated a moment ago is not repeated before that could have arrived', () => {
  const sent = new SentFrames();
  sent.add(frame(1, 2), 0);
  expect(sent.takeForRepeat(1, 100, 30)).toBeDefined();
  expect(sent.takeForRepeat(1, 129, 30)).toBeUndefined();
  expect(sent.takeForRepeat(2, 129, 30)).toBeDefined();
  expect(sent.takeForRepeat(1, 130, 30)).toBeDefined();
});

test('a receiver that asks without end gets a packet eight times', () => {
  const sent = new SentFrames();
  sent.add(frame(1, 1), 0);
  const answers = Array.from({ length: 50 }, (_, time) => sent.takeForRepeat(1, time * 10, 5));
  expect(answers.filter((answer) => answer !== undefined)).toHaveLength(8);
});

test('at a rate beyond all bounds the newest packets are kept', () => {
  const sent = new SentFrames();
  for (let number = 0; number < 60_000; number++) sent.add(frame(number, 1), 0);
  expect(sent.takeForRepeat(60_000 - 8_193, 0, 0)).toBeUndefined();
  expect(sent.takeForRepeat(60_000 - 8_192, 0, 0)).toMatchObject({ payload: payload(60_000 - 8_192) });
});

test('what nobody may ask for any more is let go', () => {
  const sent = new SentFrames();
  sent.add(frame(1, 1), 0);
  sent.add(frame(2, 1), 900);
  sent.forgetOld(1_500);
  expect(sent.takeForRepeat(1, 500, 0)).toBeUndefined();
  expect(sent.takeForRepeat(2, 1_500, 0)).toBeDefined();
});
