import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatTrace,
  packetOf,
  parseTrace,
  type Trace,
  type TraceEntry,
  TraceError,
} from '../../../main/trace/trace-file.ts';

const fixture = readFileSync(
  path.resolve(import.meta.dirname, '../../fixtures/slow-key-frames.jsonl'),
  'utf8',
);

const moment = { at: fc.double({ min: 0, max: 3_600_000, noNaN: true }), connection: fc.nat(63) };
const packet = fc.uint8Array({ maxLength: 300 }).chain((data) =>
  fc.record({
    ...moment,
    type: fc.constant('packet' as const),
    way: fc.oneof(fc.nat(255), fc.constantFrom('rtp' as const, 'rtcp' as const)),
    bytes: fc.integer({ min: data.length, max: 65_535 }),
    data: fc.constant(Buffer.from(data).toString('base64')),
  }),
);
const entry: fc.Arbitrary<TraceEntry> = fc.oneof(
  fc.record({ ...moment, type: fc.constant('request' as const), sequence: fc.nat(), text: fc.string() }),
  fc.record({
    ...moment,
    type: fc.constant('response' as const),
    sequence: fc.option(fc.nat(), { nil: null }),
    text: fc.string({ unit: 'binary' }),
  }),
  fc.record({ ...moment, type: fc.constant('camera-request' as const), text: fc.string() }),
  fc.record({ ...moment, type: fc.constant('ended' as const), by: fc.constantFrom('camera', 'us') }),
  packet,
);
const trace: fc.Arbitrary<Trace> = fc.record({
  head: fc.record({
    format: fc.constant('gatehouse-trace' as const),
    version: fc.constant(1 as const),
    madeBy: fc.string(),
    recordedAt: fc.nat(),
    withPictures: fc.boolean(),
    dropped: fc.record({ packets: fc.nat(), bytes: fc.nat(), messages: fc.nat() }),
    findings: fc.array(
      fc.record({
        step: fc.constantFrom('reach', 'loss'),
        profile: fc.constantFrom('main', 'sub', null),
        verdict: fc.constantFrom('ok', 'problem'),
        measured: fc.string(),
      }),
    ),
  }),
  entries: fc.array(entry).map((entries) => entries.toSorted((a, b) => a.at - b.at)),
});

test('what is written is read again, whatever is in it', () => {
  fc.assert(
    fc.property(trace, (written) => {
      // JSON has no negative zero.
      expect(parseTrace(formatTrace(written))).toEqual(JSON.parse(JSON.stringify(written)));
    }),
  );
});

test('a packet has its length again, and zeros where nothing was kept', () => {
  const read = packetOf({ at: 0, connection: 0, type: 'packet', way: 0, bytes: 6, data: 'gGA=' });
  expect(read).toEqual(Buffer.from([0x80, 0x60, 0, 0, 0, 0]));
});

test('a file that is cut, changed or something else is refused in words, never read half', () => {
  const refuses = (text: string) => {
    try {
      return parseTrace(text).entries.length >= 0;
    } catch (error) {
      expect(error).toBeInstanceOf(TraceError);
      expect((error as Error).message).toMatch(/^(?:Line \d+|The file|It has)/);
      return true;
    }
  };
  for (let end = 0; end < Math.min(fixture.length, 4_000); end++) refuses(fixture.slice(0, end));
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 500 }), refuses));
  fc.assert(fc.property(fc.json(), refuses));
  fc.assert(
    fc.property(fc.nat(fixture.length), fc.string({ maxLength: 3 }), (at, text) =>
      refuses(fixture.slice(0, at) + text + fixture.slice(at + 1)),
    ),
  );
});

test.each([
  ['another format', { format: 'har' }, 'Line 1'],
  ['a version of the future', { version: 2 }, 'Line 1'],
])('%s is refused', (_what, change, words) => {
  const [head = '', ...entries] = fixture.split('\n');
  const changed = [JSON.stringify({ ...JSON.parse(head), ...change }), ...entries].join('\n');
  expect(() => parseTrace(changed)).toThrow(words);
});

test.each([
  ['time that runs backwards', { at: 0 }, 'before the line above'],
  [
    'a packet that is longer than it says',
    { type: 'packet', way: 0, bytes: 1, data: 'gGA=' },
    'longer than bytes',
  ],
  ['a kind of entry that nobody knows', { type: 'secret' }, 'Line'],
  ['a channel that there is not', { type: 'packet', way: 256, bytes: 2, data: 'gGA=' }, 'way'],
])('%s is refused with its line', (_what, change, words) => {
  const lines = fixture.trimEnd().split('\n');
  const last = { ...JSON.parse(lines.at(-1) ?? ''), ...change };
  expect(() => parseTrace([...lines.slice(0, -1), JSON.stringify(last)].join('\n'))).toThrow(words);
});
