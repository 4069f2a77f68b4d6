import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatSoundMessage, parseSoundMessage } from '../../../main/contract/sound-message.ts';

test('every message is read as it was written', () => {
  const number = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  const message = fc.record({
    assignment: number,
    timestamp: number,
    clockRate: number,
    channels: fc.nat(255),
    config: fc.uint8Array({ maxLength: 64 }),
    data: fc.uint8Array({ minLength: 1, maxLength: 8_192 }),
  });
  fc.assert(
    fc.property(message, (written) => {
      expect(parseSoundMessage(formatSoundMessage(written))).toEqual(written);
    }),
  );
});

test('what is too short is no message', () => {
  const whole = formatSoundMessage({
    assignment: 1,
    timestamp: 2,
    clockRate: 3,
    channels: 1,
    config: Uint8Array.from([0x14, 0x08]),
    data: Uint8Array.from([1]),
  });
  for (let length = 0; length < whole.length; length++) {
    expect(parseSoundMessage(whole.subarray(0, length))).toBeUndefined();
  }
});
