import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SentPackets } from '../../../main/viewers/sent-packets.ts';

const payload = (number: number) => Buffer.from([number >> 8, number & 0xff]);
const packet = (number: number) => ({
  sequenceNumber: number & 0xffff,
  payload: payload(number),
  timestamp: number * 3_000,
  marker: number % 2 === 0,
});

test('what was sent in the last second is there again, and nothing else, whatever the rate and the numbers', () => {
  const steps = fc.array(fc.record({ packets: fc.nat({ max: 400 }), wait: fc.nat({ max: 400 }) }), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(fc.nat({ max: 0xffff }), steps, (first, bursts) => {
      const sent = new SentPackets();
      const all: { number: number; at: number }[] = [];
      let number = first;
      let now = 0;
      for (const { packets, wait } of bursts) {
        for (let i = 0; i < packets; i++) {
          sent.add(packet(number), now);
          all.push({ number, at: now });
          number++;
        }
        now += wait;
      }
      for (const { number: asked, at } of all) {
        const found = sent.takeForRepeat(asked & 0xffff, now, 0);
        if (now - at <= 1_000) expect(found).toMatchObject(packet(asked));
        else expect(found).toBeUndefined();
      }
      expect(sent.takeForRepeat(number & 0xffff, now, 0)).toBeUndefined();
    }),
  );
});

test('a packet that was repeated a moment ago is not repeated before that could have arrived', () => {
  const sent = new SentPackets();
  sent.add(packet(1), 0);
  expect(sent.takeForRepeat(1, 100, 30)).toBeDefined();
  expect(sent.takeForRepeat(1, 129, 30)).toBeUndefined();
  expect(sent.takeForRepeat(1, 130, 30)).toBeDefined();
});

test('a receiver that asks without end gets a packet eight times', () => {
  const sent = new SentPackets();
  sent.add(packet(1), 0);
  const answers = Array.from({ length: 50 }, (_, time) => sent.takeForRepeat(1, time * 10, 5));
  expect(answers.filter((answer) => answer !== undefined)).toHaveLength(8);
});

test('at a rate beyond all bounds the newest packets are kept', () => {
  const sent = new SentPackets();
  for (let number = 0; number < 60_000; number++) sent.add(packet(number), 0);
  expect(sent.takeForRepeat(60_000 - 8_193, 0, 0)).toBeUndefined();
  expect(sent.takeForRepeat(60_000 - 8_192, 0, 0)).toMatchObject(packet(60_000 - 8_192));
});

test('what nobody may ask for any more is let go', () => {
  const sent = new SentPackets();
  sent.add(packet(1), 0);
  sent.add(packet(2), 900);
  sent.forgetOld(1_500);
  expect(sent.takeForRepeat(1, 500, 0)).toBeUndefined();
  expect(sent.takeForRepeat(2, 1_500, 0)).toBeDefined();
});
