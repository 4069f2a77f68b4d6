import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RequestReader } from '../../../main/demo/request-reader.ts';

const dialogue = Buffer.concat([
  Buffer.from('OPTIONS rtsp://camera/sub RTSP/1.0\r\nCSeq: 1\r\n\r\n'),
  // RTCP of a client, with what looks like the end of a head inside.
  Buffer.from([0x24, 1, 0, 6, ...Buffer.from('\r\n\r\nxy')]),
  Buffer.from('SET_PARAMETER rtsp://camera/sub RTSP/1.0\r\nCSeq: 2\r\nContent-Length: 9\r\n\r\nOPTIONS\r\n'),
  Buffer.from('\r\nplay rtsp://camera/sub RTSP/1.0 \r\nCSEQ:3\r\nSession:  abc \r\n\r\n'),
]);
const expected = [
  { method: 'OPTIONS', url: 'rtsp://camera/sub', headers: new Map([['cseq', '1']]) },
  {
    method: 'SET_PARAMETER',
    url: 'rtsp://camera/sub',
    headers: new Map([
      ['cseq', '2'],
      ['content-length', '9'],
    ]),
  },
  {
    method: 'PLAY',
    url: 'rtsp://camera/sub',
    headers: new Map([
      ['cseq', '3'],
      ['session', 'abc'],
    ]),
  },
];

test('requests come out whole wherever the connection cuts them', () => {
  for (let cut = 0; cut <= dialogue.length; cut++) {
    const reader = new RequestReader();
    const requests = [...reader.read(dialogue.subarray(0, cut)), ...reader.read(dialogue.subarray(cut))];
    expect(requests).toEqual(expected);
  }
  const reader = new RequestReader();
  expect([...dialogue].flatMap((byte) => [...reader.read(Buffer.from([byte]))])).toEqual(expected);
});

test.each([
  ['another protocol', 'GET / HTTP/1.1\r\n\r\n'],
  ['a request without an address', 'PLAY RTSP/1.0\r\n\r\n'],
  ['a head without an end', `OPTIONS rtsp://camera/ RTSP/1.0\r\nX: ${'x'.repeat(20_000)}`],
  ['a negative length', 'PLAY rtsp://camera/ RTSP/1.0\r\nContent-Length: -5\r\n\r\n'],
  ['a length that is no number', 'PLAY rtsp://camera/ RTSP/1.0\r\nContent-Length: many\r\n\r\n'],
  ['a body without an end', 'PLAY rtsp://camera/ RTSP/1.0\r\nContent-Length: 1000000\r\n\r\n'],
])('%s is not waited for', (_what, text) => {
  expect(() => [...new RequestReader().read(Buffer.from(text))]).toThrow(/request/);
});

test('whatever a client sends is read or refused, never a fault', () => {
  const dialogueWithDamage = fc
    .array(fc.tuple(fc.nat(dialogue.length - 1), fc.nat(255)), { maxLength: 6 })
    .map((changes) => {
      const data = Buffer.from(dialogue);
      for (const [at, byte] of changes) data.writeUInt8(byte, at);
      return data;
    });
  const anything = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(dialogueWithDamage, anything), fc.nat(200), (data, cut) => {
      const reader = new RequestReader();
      try {
        for (const part of [data.subarray(0, cut), data.subarray(cut)])
          for (const { method, url } of reader.read(part)) expect(method && url).not.toBe('');
      } catch (error) {
        expect(String(error)).toMatch(/request/);
      }
    }),
    { numRuns: 100_000, seed: 1 },
  );
});
