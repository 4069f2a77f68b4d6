const maximumPayloadBytes = 1_400;
/** Quantisation tables are in the stream, with each picture (RFC 2435 section 3.1.8). */
const qualityInBand = 255;

const defineTables = 0xdb;
const startOfFrame = 0xc0;
const defineRestart = 0xdd;
const startOfScan = 0xda;

/** The parts of a JPEG file that RTP carries. */
interface JpegParts {
  readonly width: number;
  readonly height: number;
  /** 0: colours at half the width; 1: and half the height. */
  readonly type: number;
  /** 64 bytes each. */
  readonly tables: readonly Buffer[];
  readonly restartInterval: number;
  readonly scan: Buffer;
}

/**
 * A baseline JPEG file with the usual Huffman tables to RTP payloads (RFC 2435), written apart from the receiver's side.
 * @throws Error for a file that the format cannot carry
 */
export function toJpegPayloads(file: Buffer): Buffer[] {
  const { width, height, type, tables, restartInterval, scan } = parseJpeg(file);
  const hasRestarts = restartInterval > 0;
  const payloads: Buffer[] = [];
  for (let offset = 0; offset < scan.length; ) {
    const main = Buffer.alloc(8);
    main.writeUIntBE(offset, 1, 3);
    main.writeUInt8(type + (hasRestarts ? 64 : 0), 4);
    main.writeUInt8(qualityInBand, 5);
    main.writeUInt8(width / 8, 6);
    main.writeUInt8(height / 8, 7);
    const restart = Buffer.alloc(hasRestarts ? 4 : 0);
    if (hasRestarts) {
      restart.writeUInt16BE(restartInterval, 0);
      restart.writeUInt16BE(0xffff, 2);
    }
    const head = [main, restart, ...(offset === 0 ? [tablesHeader(tables), ...tables] : [])];
    const room = maximumPayloadBytes - head.reduce((sum, { length }) => sum + length, 0);
    payloads.push(Buffer.concat([...head, scan.subarray(offset, offset + room)]));
    offset += room;
  }
  return payloads;
}

/** JPEG files that lie one behind the other, as ffmpeg writes them. */
export function splitJpegs(data: Buffer): Buffer[] {
  const start = Buffer.from([0xff, 0xd8, 0xff]);
  const files: Buffer[] = [];
  for (let at = data.indexOf(start); at !== -1; ) {
    const next = data.indexOf(start, at + start.length);
    files.push(data.subarray(at, next === -1 ? data.length : next));
    at = next;
  }
  return files;
}

function tablesHeader(tables: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(tables.length * 64, 2);
  return header;
}

function parseJpeg(file: Buffer): JpegParts {
  const tables: Buffer[] = [];
  let size = { width: 0, height: 0, type: -1 };
  let restartInterval = 0;
  for (let at = 2; at + 4 <= file.length; ) {
    const marker = file.readUInt8(at + 1);
    const length = file.readUInt16BE(at + 2);
    const body = file.subarray(at + 4, at + 2 + length);
    if (marker === defineTables) {
      for (let table = 0; table + 65 <= body.length; table += 65)
        tables.push(body.subarray(table + 1, table + 65));
    } else if (marker === startOfFrame) {
      const sampling = body.readUInt8(7);
      const type = sampling === 0x21 ? 0 : sampling === 0x22 ? 1 : -1;
      size = { height: body.readUInt16BE(1), width: body.readUInt16BE(3), type };
    } else if (marker === defineRestart) {
      restartInterval = body.readUInt16BE(0);
    } else if (marker === startOfScan) {
      const scan = file.subarray(at + 2 + length);
      if (size.type === -1 || tables.length === 0) break;
      const end = scan.lastIndexOf(Buffer.from([0xff, 0xd9]));
      return { ...size, tables, restartInterval, scan: end === -1 ? scan : scan.subarray(0, end) };
    }
    at += 2 + length;
  }
  throw new Error('not a JPEG file that RTP can carry');
}
