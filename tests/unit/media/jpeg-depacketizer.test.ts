import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitJpegs, toJpegPayloads } from '../../../main/demo/jpeg-payloads.ts';
import type { AccessUnit } from '../../../main/media/access-unit.ts';
import { JpegDepacketizer } from '../../../main/media/jpeg-depacketizer.ts';
import { quantisationTables } from '../../../main/media/jpeg-tables.ts';
import type { RtpPacket } from '../../../main/rtsp/rtp-packet.ts';

const clip = path.resolve(import.meta.dirname, '../../../build/clips/03-corridor-sub.mjpeg');
const files = splitJpegs(readFileSync(clip));

/** Numbers payloads as a camera does. */
class Camera {
  sequenceNumber = 65_530;
  timestamp = 0;

  picture(payloads: readonly Buffer[]): RtpPacket[] {
    this.timestamp += 6_000;
    return payloads.map((payload, index) => ({
      payloadType: 26,
      marker: index === payloads.length - 1,
      sequenceNumber: this.sequenceNumber++ & 0xffff,
      timestamp: this.timestamp,
      ssrc: 1,
      payload,
    }));
  }
}

function depacketize(packets: readonly RtpPacket[]): AccessUnit[] {
  const depacketizer = new JpegDepacketizer();
  return packets.flatMap((packet, index) => depacketizer.push(packet, index));
}

/** Segments of a JPEG by their markers (T.81 annex B), and what follows the last one. */
function segments(file: Buffer): { marker: number; body: string }[] {
  const found: { marker: number; body: string }[] = [];
  for (let at = 2; ; ) {
    const marker = file.readUInt8(at + 1);
    const length = file.readUInt16BE(at + 2);
    found.push({ marker, body: file.toString('hex', at + 4, at + 2 + length) });
    at += 2 + length;
    if (marker === 0xda) return [...found, { marker: 0, body: file.toString('hex', at) }];
  }
}

/** What a decoder needs to know: each table by itself, wherever it was written. */
function decodable(file: Buffer): Map<string, string> {
  const facts = new Map<string, string>();
  for (const { marker, body } of segments(file)) {
    if (marker === 0xdb) for (const table of body.match(/.{130}/g) ?? []) facts.set(`table ${table}`, '');
    else if (marker === 0xc4) for (const table of huffmanTables(body)) facts.set(`table ${table}`, '');
    else if (marker < 0xe0) facts.set(`segment ${marker}`, body);
  }
  return facts;
}

/** The tables of a DHT segment: an identifier, 16 counts, so many symbols. */
function huffmanTables(body: string): string[] {
  const tables: string[] = [];
  for (let at = 0; at < body.length; ) {
    const counts = Buffer.from(body.slice(at + 2, at + 34), 'hex');
    const end = at + 34 + 2 * counts.reduce((sum, count) => sum + count, 0);
    tables.push(body.slice(at, end));
    at = end;
  }
  return tables;
}

/** The header of a picture's first packet (RFC 2435 section 3.1). */
function head(options: { type?: number; quality?: number; width?: number; height?: number } = {}): Buffer {
  const { type = 1, quality = 255, width = 80, height = 45 } = options;
  return Buffer.from([0, 0, 0, 0, type, quality, width, height]);
}

test("a camera's JPEG file comes out as it went in: its tables, size, restarts and data", () => {
  const camera = new Camera();
  for (const file of files.slice(0, 5)) {
    const [accessUnit, ...others] = depacketize(camera.picture(toJpegPayloads(file)));
    expect(others).toEqual([]);
    expect(accessUnit?.keyFrame).toBe(true);
    const out = decodable(accessUnit?.nalUnits[0] ?? Buffer.alloc(0));
    const original = decodable(file);
    expect([...out.keys()].filter((name) => name.startsWith('table')).length).toBe(
      [...original.keys()].filter((name) => name.startsWith('table')).length,
    );
    expect(out.get('segment 0')).toBe(original.get('segment 0'));
    for (const [name, value] of original) {
      if (name.startsWith('table')) expect(out.has(name)).toBe(true);
      // Component numbers are ours to choose; size and sampling are not.
      else if (name === `segment ${0xc0}`) expect(out.get(name)?.slice(0, 12)).toBe(value.slice(0, 12));
    }
  }
});

test('tables that are not in the stream follow from the quality', () => {
  // libjpeg's tables of quality 50 are those of the standard, in the order of the diagonals.
  const [luminance, chrominance] = quantisationTables(50);
  expect([...luminance.subarray(0, 8)]).toEqual([16, 11, 12, 14, 12, 10, 16, 14]);
  expect([...luminance.subarray(-3)]).toEqual([101, 103, 99]);
  expect([...chrominance.subarray(0, 8)]).toEqual([17, 18, 18, 24, 21, 24, 47, 26]);
  expect([...quantisationTables(25)[0].subarray(0, 2)]).toEqual([32, 22]);
  expect([...quantisationTables(99)[0].subarray(0, 2)]).toEqual([1, 1]);
  const [picture] = depacketize(
    new Camera().picture([Buffer.concat([head({ quality: 50 }), files[0] ?? Buffer.alloc(0)])]),
  );
  expect(segments(picture?.nalUnits[0] ?? Buffer.alloc(0))[0]?.body).toBe(`00${luminance.toString('hex')}`);
});

test('restart markers keep their interval', () => {
  const restart = Buffer.from([0, 40, 0xff, 0xff]);
  const payload = Buffer.concat([head({ type: 65, quality: 60 }), restart, Buffer.from([1, 2, 3])]);
  const [picture] = depacketize(new Camera().picture([payload]));
  const found = segments(picture?.nalUnits[0] ?? Buffer.alloc(0));
  expect(found.find(({ marker }) => marker === 0xdd)?.body).toBe('0028');
  expect(found.at(-1)?.body).toBe('010203ffd9');
});

test('tables that came with an earlier picture serve for those that leave them out', () => {
  const camera = new Camera();
  const table = Buffer.alloc(64, 7);
  const first = Buffer.concat([head({ quality: 200 }), Buffer.from([0, 0, 0, 64]), table, Buffer.from([1])]);
  const second = Buffer.concat([head({ quality: 200 }), Buffer.alloc(4), Buffer.from([2])]);
  const third = Buffer.concat([head({ quality: 201 }), Buffer.alloc(4), Buffer.from([2])]);
  const pictures = depacketize([first, second, third].flatMap((payload) => camera.picture([payload])));
  expect(pictures).toHaveLength(2);
  for (const { nalUnits } of pictures)
    expect(segments(nalUnits[0] ?? table)[0]?.body).toBe(`00${table.toString('hex')}`);
});

test('a picture with a lost packet is dropped, the one after it is whole', () => {
  const [file = Buffer.alloc(0)] = files;
  for (let lost = 0; lost < toJpegPayloads(file).length; lost++) {
    const camera = new Camera();
    const packets = camera.picture(toJpegPayloads(file));
    packets.splice(lost, 1);
    const depacketizer = new JpegDepacketizer();
    const pictures = [...packets, ...camera.picture(toJpegPayloads(file))].flatMap((packet) =>
      depacketizer.push(packet, 0),
    );
    expect(pictures.map(({ timestamp }) => timestamp)).toEqual([12_000]);
  }
});

test('pictures that are too large for the format are refused in words', () => {
  const payload = Buffer.concat([head({ width: 0, quality: 60 }), Buffer.from([1])]);
  expect(() => depacketize(new Camera().picture([payload]))).toThrow(/2,040 pixels/);
});

test('a picture that never ends is given up', () => {
  const depacketizer = new JpegDepacketizer();
  const part = Buffer.alloc(60_000, 1);
  for (let index = 0; index < 200; index++) {
    const payload = Buffer.concat([head({ quality: 60 }), part]);
    payload.writeUIntBE(index * part.length, 1, 3);
    const packet = { payloadType: 26, marker: false, sequenceNumber: index, timestamp: 1, ssrc: 1, payload };
    expect(depacketizer.push(packet, 0)).toEqual([]);
  }
  expect(depacketizer.losses.accessUnitsDropped).toBe(1);
});

test('no packet makes it throw, but for the size that the format cannot say', () => {
  const depacketizer = new JpegDepacketizer();
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .tuple(fc.nat(3), fc.constantFrom(0, 1, 2, 64, 65, 200), fc.nat(255), fc.uint8Array({ maxLength: 200 }))
      .map(([offset, type, quality, rest]) =>
        Uint8Array.from([0, 0, 0, offset, type, quality, 80, 45, ...rest]),
      ),
  );
  let sequenceNumber = 0;
  fc.assert(
    fc.property(payload, fc.boolean(), fc.nat(3), (bytes, marker, timestamp) => {
      const packet = {
        payloadType: 26,
        marker,
        sequenceNumber: sequenceNumber++ & 0xffff,
        timestamp,
        ssrc: 1,
        payload: Buffer.from(bytes),
      };
      try {
        for (const { nalUnits } of depacketizer.push(packet, 0))
          expect(nalUnits[0]?.readUInt16BE(0)).toBe(0xffd8);
      } catch (error) {
        expect(error).toMatchObject({ code: 'camera-codec-unsupported' });
      }
    }),
    { numRuns: 20_000 },
  );
});
