import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assignSlots } from '../../../renderer/playback/slot-assignment.ts';
import { type Stream, sameStream } from '../../../renderer/playback/stream.ts';

const stream: fc.Arbitrary<Stream> = fc.record({
  cameraId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  profile: fc.constantFrom('main' as const, 'sub' as const),
});
const distinct = fc.uniqueArray(stream, { comparator: sameStream, maxLength: 12 });
const slots = distinct.chain((streams) =>
  fc.shuffledSubarray([...streams, null, null, null], { minLength: 0 }),
);

test('every wanted stream gets one slot, no slot shows two, and what is shown already stays where it is', () => {
  fc.assert(
    fc.property(slots, fc.array(stream, { maxLength: 12 }), (before, wanted) => {
      const after = assignSlots(before, wanted, 128);
      for (const one of wanted) expect(after.filter((other) => sameStream(other, one))).toHaveLength(1);
      for (const one of after)
        if (one !== null) expect(wanted.some((other) => sameStream(other, one))).toBe(true);
      before.forEach((one, index) => {
        if (one !== null && wanted.some((other) => sameStream(other, one))) expect(after[index]).toBe(one);
      });
    }),
  );
});

test('slots are never more than the limit, and a free one is used before a new one', () => {
  fc.assert(
    fc.property(slots, distinct, fc.integer({ min: 1, max: 12 }), (before, wanted, limit) => {
      const after = assignSlots(before, wanted, limit);
      expect(after.length).toBeLessThanOrEqual(Math.max(before.length, limit));
      if (after.length > before.length) expect(after).not.toContain(null);
    }),
  );
});
