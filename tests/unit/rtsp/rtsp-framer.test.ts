import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FramingError, RtspFramer, type RtspItem } from '../../../main/rtsp/rtsp-framer.ts';
import { fuzzCases, mutate, seededRandom } from '../../support/mutations.ts';

/** Frames carry RTP, whose first byte is never that of a message. */
function frame(channel: number, length: number): Buffer {
  const header = Buffer.from([0x24, channel, length >> 8, length & 0xff]);
  return Buffer.concat([header, Buffer.alloc(length, 0x80)]);
}

function message(text: string): Buffer {
  return Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1');
}

const ok = message('RTSP/1.0 200 OK\nCSeq: 1\n\n');
const described = message('RTSP/1.0 200 OK\nCSeq: 2\nContent-Length: 6\n\n$v=0\n');
const asked = message('GET_PARAMETER rtsp://camera/ RTSP/1.0\nCSeq: 7\n\n');

function read(...chunks: Buffer[]): RtspItem[] {
  const framer = new RtspFramer();
  return chunks.flatMap((chunk) => framer.push(chunk));
}

/** Items as plain values, so that a view and a copy are equal. */
function summary(items: readonly RtspItem[]): string[] {
  return items.map((item) => {
    switch (item.type) {
      case 'frame':
        return `frame ${item.channel} ${item.data.toString('hex')}`;
      case 'response':
        return `${item.status} ${item.reason} ${JSON.stringify([...item.headers])} ${item.body.toString('hex')}`;
      case 'request':
        return `${item.method} ${JSON.stringify([...item.headers])} ${item.body.toString('hex')}`;
      default:
        return item satisfies never;
    }
  });
}

function cut(data: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...new Set(places)].sort((a, b) => a - b);
  return [...sorted, data.length].map((place, index) => data.subarray(sorted[index - 1] ?? 0, place));
}

test('frames of channels that nobody wants are passed over, split at every byte', () => {
  const data = Buffer.concat([
    frame(2, 300),
    ok,
    frame(0, 3),
    frame(3, 5),
    frame(2, 70),
    frame(0, 4),
    described,
  ]);
  for (let place = 0; place <= data.length; place++) {
    const framer = new RtspFramer((channel) => channel === 0);
    const items = cut(data, [place]).flatMap((chunk) => framer.push(chunk));
    expect(items.map((item) => (item.type === 'frame' ? item.channel : item.type))).toEqual([
      'response',
      0,
      0,
      'response',
    ]);
  }
});

test('messages and frames in one chunk are told apart', () => {
  const [first, second, third, fourth] = read(Buffer.concat([ok, frame(0, 3), described, asked]));
  expect(first).toMatchObject({ type: 'response', status: 200, reason: 'OK' });
  expect(second).toMatchObject({ type: 'frame', channel: 0, data: Buffer.alloc(3, 0x80) });
  expect(third).toMatchObject({ type: 'response', body: Buffer.from('$v=0\r\n') });
  expect(fourth).toMatchObject({ type: 'request', method: 'GET_PARAMETER' });
});

test('a stream split at any byte, or at every byte, gives the same items', () => {
  const stream = Buffer.concat([ok, frame(0, 300), described, frame(1, 0), asked, frame(255, 2), ok]);
  const whole = summary(read(stream));
  expect(whole).toHaveLength(7);
  for (let place = 0; place <= stream.length; place++) {
    expect(summary(read(stream.subarray(0, place), stream.subarray(place)))).toEqual(whole);
  }
  expect(summary(read(...[...stream].map((byte) => Buffer.from([byte]))))).toEqual(whole);
});

test('any items in any order, split anywhere, come out as they went in', () => {
  const anyFrame = fc
    .tuple(fc.nat(255), fc.oneof(fc.nat(40), fc.constant(65_535)))
    .map(([channel, length]) => frame(channel, length));
  const anyItem = fc.oneof(anyFrame, fc.constantFrom(ok, described, asked));
  fc.assert(
    fc.property(fc.array(anyItem, { maxLength: 12 }), fc.array(fc.nat(80_000)), (items, places) => {
      const stream = Buffer.concat(items);
      const chunks = cut(
        stream,
        places.filter((place) => place <= stream.length),
      );
      expect(summary(read(...chunks))).toEqual(items.flatMap((item) => summary(read(item))));
    }),
    { numRuns: 300 },
  );
});

test('a frame in one chunk is a view into it, one in two chunks is the only copy', () => {
  const stream = Buffer.concat([frame(0, 50), frame(0, 50), frame(0, 50)]);
  // Memory of their own, which small buffers share otherwise.
  const [head, tail] = [Buffer.alloc(80), Buffer.alloc(stream.length - 80)];
  stream.copy(head);
  stream.copy(tail, 0, 80);
  const [first, second, third] = read(head, tail).map((item) =>
    item.type === 'frame' ? item.data : undefined,
  );
  expect(first?.buffer).toBe(head.buffer);
  expect(second).toHaveLength(50);
  expect(second?.buffer === head.buffer || second?.buffer === tail.buffer).toBe(false);
  expect(third?.buffer).toBe(tail.buffer);
});

test('lines that end with LF alone, names with blanks behind them and any mixture of cases are read', () => {
  const [response] = read(
    Buffer.from('RTSP/1.0 401 Unauthorized\ncseq : 1 \nWWW-AUTHENTICATE:Basic realm="x"\n\n'),
  );
  expect(response).toMatchObject({ type: 'response', status: 401, reason: 'Unauthorized' });
  if (response?.type !== 'response') return;
  expect(response.headers.get('cseq')).toEqual(['1']);
  expect(response.headers.get('www-authenticate')).toEqual(['Basic realm="x"']);
});

test('a length that is missing, negative or no number means no body', () => {
  for (const length of ['', 'Content-Length: -5\n', 'Content-Length: many\n']) {
    const items = read(message(`RTSP/1.0 200 OK\n${length}\n`), ok);
    expect(summary(items)).toHaveLength(2);
  }
});

test('line ends between items are skipped, and are no garbage', () => {
  expect(read(ok, message('\n\n'), ok, frame(0, 1), message('\n'), frame(0, 0))).toHaveLength(4);
});

test('after garbage between frames the next frame and the next answer are found', () => {
  const garbage = Buffer.from([0, 1, 2, 0x52, 0x54, 0xff, 0x41]);
  const types = read(frame(0, 20), garbage, frame(0, 20), garbage, ok, garbage, asked).map(
    ({ type }) => type,
  );
  expect(types).toEqual(['frame', 'frame', 'response', 'request']);
});

test('a little garbage is no reason to give up, however often it comes', () => {
  const framer = new RtspFramer();
  const dirty = Buffer.concat([Buffer.alloc(20_000, 1), frame(0, 1)]);
  for (let times = 0; times < 10; times++) expect(framer.push(dirty)).toHaveLength(1);
});

test('what follows garbage is found at once, wherever it was split', () => {
  for (const item of [frame(0, 1), ok]) {
    const stream = Buffer.concat([Buffer.from([0, 0x52, 1]), item]);
    for (let place = 1; place < stream.length; place++) {
      expect(read(stream.subarray(0, place), stream.subarray(place))).toHaveLength(1);
    }
  }
});

test('a dollar sign in garbage is no frame unless RTP or RTCP follows it', () => {
  const garbage = Buffer.from([0, 0x24, 0x24, 0xff, 0xff, 0x41, 0]);
  expect(summary(read(garbage, frame(2, 4)))).toEqual(['frame 2 80808080']);
});

test('a message whose first line is none is left out', () => {
  expect(summary(read(message('RTSP/9 what\nCSeq: 1\n\n'), ok))).toHaveLength(1);
});

test('a head, a body and garbage without end are given up before they fill the memory', () => {
  const endless = [
    message('RTSP/1.0 200 OK\nX: '),
    message('RTSP/1.0 200 OK\nX: 1\n'),
    Buffer.from([1, 2, 3, 4]),
  ];
  for (const start of endless) {
    const line = start[0] === 1 ? start : start.subarray(17);
    const framer = new RtspFramer();
    const push = () => {
      framer.push(start);
      for (let bytes = 0; bytes < 200_000; bytes += line.length) framer.push(line);
    };
    expect(push).toThrow(FramingError);
  }
  expect(() => read(message('RTSP/1.0 200 OK\nContent-Length: 1048577\n\n'))).toThrow(FramingError);
  expect(() => read(message(`RTSP/1.0 200 OK\n${'X: 1\n'.repeat(300)}\n`))).toThrow(FramingError);
});

test('a megabyte of body may come byte by byte', () => {
  const framer = new RtspFramer();
  framer.push(message('RTSP/1.0 200 OK\nContent-Length: 1048576\n\n'));
  const byte = Buffer.from('x');
  let early = 0;
  for (let bytes = 1; bytes < 1_048_576; bytes++) early += framer.push(byte).length;
  expect(early).toBe(0);
  expect(framer.push(byte)).toMatchObject([{ body: { length: 1_048_576 } }]);
});

test('the port of a web page is recognised by its answer', () => {
  expect(() => read(message('HTTP/1.1 400 Bad Request\n\n'))).toThrow(/HTTP/);
});

test(`${fuzzCases} damaged streams: split or whole they give the same, and nothing but a FramingError is thrown`, () => {
  const random = seededRandom(2326);
  const samples = [
    Buffer.concat([frame(0, 30), ok, frame(1, 8)]),
    Buffer.concat([described, frame(0, 12), asked]),
    message('RTSP/1.0 401 Unauthorized\nCSeq : 3\nWWW-Authenticate: Digest realm="a", nonce="b"\n\n'),
    message('ANNOUNCE rtsp://camera/ RTSP/1.0\nCSeq: 1\nContent-Length: 3\n\nv=0'),
  ];
  const readOrFail = (...chunks: Buffer[]) => {
    try {
      return summary(read(...chunks));
    } catch (error) {
      expect(error).toBeInstanceOf(FramingError);
      return 'failed';
    }
  };
  for (let round = 0; round < fuzzCases; round++) {
    const data = mutate(samples, random);
    const chunks = cut(data, [random(data.length + 1), random(data.length + 1)]);
    const whole = readOrFail(data);
    const split = readOrFail(...chunks);
    if (JSON.stringify(split) !== JSON.stringify(whole)) {
      expect.fail(
        `split at ${chunks.map(({ length }) => length)}: ${JSON.stringify(data.toString('latin1'))}`,
      );
    }
  }
});
