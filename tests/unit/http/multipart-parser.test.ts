import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundaryOf, MultipartError, MultipartParser } from '../../../main/http/multipart-parser.ts';

const jpeg = (fill: number, bytes = 300) =>
  Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(bytes, fill)]);

/** How cameras write the same two pictures. */
const dialects: Readonly<Record<string, (pictures: readonly Buffer[]) => Buffer>> = {
  'with lengths': (pictures) =>
    Buffer.concat(
      pictures.flatMap((picture) => [
        Buffer.from(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`),
        picture,
        Buffer.from('\r\n'),
      ]),
    ),
  'without lengths': (pictures) =>
    Buffer.concat([
      ...pictures.flatMap((picture) => [
        Buffer.from('--frame\r\nContent-Type: image/jpeg\r\n\r\n'),
        picture,
        Buffer.from('\r\n'),
      ]),
      Buffer.from('--frame\r\n'),
    ]),
  'with LF alone, a preamble, and a length of 0': (pictures) =>
    Buffer.concat([
      Buffer.from('\n\n'),
      ...pictures.flatMap((picture) => [
        Buffer.from('--frame\nContent-type:image/jpeg\ncontent-length : 0\n\n'),
        picture,
        Buffer.from('\n'),
      ]),
      Buffer.from('--frame--\n'),
    ]),
};

function parse(chunks: readonly Buffer[], boundary = 'frame'): Buffer[] {
  const parser = new MultipartParser(boundary);
  return chunks.flatMap((chunk) => parser.push(chunk));
}

test.each(Object.entries(dialects))('pictures %s come out whole, split at every byte', (_name, write) => {
  const pictures = [jpeg(1), jpeg(2, 17)];
  const stream = write(pictures);
  const expected = pictures.map((picture) => picture.toString('hex'));
  for (let at = 0; at <= stream.length; at++) {
    const parts = parse([stream.subarray(0, at), stream.subarray(at)]);
    expect(parts.map((part) => part.toString('hex'))).toEqual(expected);
  }
  const bytes = [...stream].map((byte) => Buffer.from([byte]));
  expect(parse(bytes).map((part) => part.toString('hex'))).toEqual(expected);
});

test('the boundary is found whether the camera writes its dashes into the header or not', () => {
  expect(boundaryOf('multipart/x-mixed-replace; boundary=frame')).toBe('frame');
  expect(boundaryOf('multipart/x-mixed-replace;boundary="--my frame"')).toBe('--my frame');
  expect(boundaryOf('Multipart/X-Mixed-Replace; Boundary=--frame ; charset=x')).toBe('--frame');
  expect(boundaryOf('image/jpeg')).toBeUndefined();
  expect(boundaryOf('multipart/x-mixed-replace')).toBeUndefined();
  const write = dialects['without lengths'];
  expect(parse([write?.([jpeg(1)]) ?? Buffer.alloc(0)], '--frame')).toHaveLength(1);
});

test('what never ends is refused before it eats the memory', () => {
  const flood = (first: string, chunk: Buffer) => () => {
    const parser = new MultipartParser('frame');
    parser.push(Buffer.from(first));
    for (let index = 0; index < 1_000; index++) parser.push(chunk);
  };
  const chunk = Buffer.alloc(64 * 1024, 'x');
  expect(flood('', chunk)).toThrow(MultipartError);
  expect(flood('--frame\r\nContent-Type: ', chunk)).toThrow(MultipartError);
  expect(flood('--frame\r\n\r\n', chunk)).toThrow(MultipartError);
  expect(flood('--frame\r\nContent-Length: 9999999999\r\n\r\n', chunk)).toThrow(MultipartError);
});

test('whatever comes, nothing but a bound is an error, and no part is larger than it may be', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom('--frame', '\r\n', '\r\n\r\n', 'Content-Length: 5', 'Content-Length: 70000', '--', '\n\n')
      .map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (chunks) => {
      const sum = chunks.reduce((total, { length }) => total + length, 0);
      expect(parse(chunks).reduce((total, { length }) => total + length, 0)).toBeLessThanOrEqual(sum);
    }),
    { numRuns: 5_000 },
  );
});
