import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitMessages } from '../../../main/viewers/turn-connection.ts';

const channelData = fc.uint8Array({ maxLength: 40 }).map((payload) => {
  const header = Buffer.from([0x40, 0x01, 0, payload.length]);
  return Buffer.concat([header, payload]);
});
const stunMessage = fc.nat({ max: 8 }).map((attributes) => {
  const message = Buffer.alloc(20 + attributes * 4, 7);
  message.writeUInt16BE(0x0101, 0);
  message.writeUInt16BE(attributes * 4, 2);
  return message;
});

test('messages come out of a stream whole and without their padding, wherever it is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(channelData, stunMessage), { maxLength: 6 }), fc.nat(), (messages, at) => {
      const stream = Buffer.concat(
        messages.flatMap((message) => [message, Buffer.alloc(-message.length & 3)]),
      );
      const cut = stream.length === 0 ? 0 : at % stream.length;
      const first = splitMessages(stream.subarray(0, cut));
      const second = splitMessages(Buffer.concat([first.rest, stream.subarray(cut)]));
      expect([...first.messages, ...second.messages]).toEqual(messages);
      expect(second.rest).toHaveLength(0);
    }),
  );
});

test('whatever comes, nothing is thrown and nothing is lost but padding', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const { messages, rest } = splitMessages(Buffer.from(bytes));
      const kept = messages.reduce((sum, { length }) => sum + length, rest.length);
      expect(bytes.length - kept).toBeLessThanOrEqual(3 * messages.length);
      expect(kept).toBeLessThanOrEqual(bytes.length);
    }),
  );
});
