import type { VideoCodec } from '../contract/codecs.ts';
import { nalType } from '../media/h264.ts';
import { h265Type } from '../media/h265.ts';
import { parseRtpPacket } from '../rtsp/rtp-packet.ts';

/** Type of a slice and where it begins; the picture itself comes behind these. */
const sliceBytes = 8;
/** Of sound and of what is not known: as much as its headers need. */
const otherBytes = 4;
const rtpHeaderBytes = 12;
const startCode = Buffer.from([0, 0, 1]);

/** Marks bytes of a packet, from `from` up to `to`, as those that stay. */
type Keep = (from: number, to: number) => void;

/** How much of a NAL unit stays: all of it, its slice header, or only its own header. */
type Share = 'all' | 'beginning' | 'header';

interface NalUnits {
  readonly headerBytes: number;
  readonly aggregate: number;
  readonly fragment: number;
  typeOf(header: number): number;
  shareOf(type: number): Share;
}

const h264: NalUnits = {
  headerBytes: 1,
  // RFC 6184 sections 5.7.1 and 5.8.
  aggregate: 24,
  fragment: 28,
  typeOf: (header) => header & 0x1f,
  shareOf: (type) => {
    if (type === nalType.sps || type === nalType.pps || type === nalType.accessUnitDelimiter) return 'all';
    return type >= nalType.slice && type <= nalType.idrSlice ? 'beginning' : 'header';
  },
};

const h265: NalUnits = {
  headerBytes: 2,
  // RFC 7798 sections 4.4.2 and 4.4.3.
  aggregate: 48,
  fragment: 49,
  typeOf: (header) => (header >> 1) & 0x3f,
  shareOf: (type) => {
    if (type >= h265Type.vps && type <= h265Type.accessUnitDelimiter) return 'all';
    return type <= h265Type.lastPicture ? 'beginning' : 'header';
  },
};

/**
 * A packet without what it shows or lets hear: headers, parameter sets and the beginnings of slices stay, everything else is
 * zeros. Sizes stay as they are.
 * @param codecOf format of the payload type of the video; undefined for all others
 */
export function withoutPictures(
  packet: Buffer,
  codecOf: (payloadType: number) => VideoCodec | undefined,
): Buffer {
  const kept = Buffer.alloc(packet.length);
  const keepFrom =
    (start: number): Keep =>
    (from, to) => {
      const end = Math.min(start + to, packet.length);
      if (start + from < end) packet.copy(kept, start + from, start + from, end);
    };
  if (isRtcp(packet)) {
    keepReports(packet, keepFrom(0));
    return kept;
  }
  const rtp = parseRtpPacket(packet);
  const start = rtp === undefined ? rtpHeaderBytes : rtp.payload.byteOffset - packet.byteOffset;
  const first = packet[0] ?? 0;
  const sources = rtpHeaderBytes + (first & 0x0f) * 4;
  // The extension's length stays, what it says does not.
  keepFrom(0)(0, (first & 0x10) === 0 ? Math.min(sources, start) : Math.min(sources + 4, start));
  if (rtp === undefined) return kept;
  if ((first & 0x20) !== 0) keepFrom(0)(packet.length - 1, packet.length);
  keepPayload(rtp.payload, codecOf(rtp.payloadType), (from, to) =>
    keepFrom(start)(from, Math.min(to, rtp.payload.length)),
  );
  return kept;
}

/** What is left of a packet when the zeros at its end are cut off. */
export function withoutTrailingZeros(packet: Buffer): Buffer {
  let end = packet.length;
  while (end > 0 && packet[end - 1] === 0) end--;
  return packet.subarray(0, end);
}

/** RTCP and RTP, told apart as on one port (RFC 5761 section 4). */
export function isRtcp(packet: Buffer): boolean {
  const type = packet[1] ?? 0;
  return type >= 192 && type <= 223;
}

/** Sender reports tell the camera's clock; names and what is private to a maker go. */
function keepReports(packet: Buffer, keep: Keep): void {
  const senderReport = 200;
  for (let at = 0; at + 4 <= packet.length; at += (packet.readUInt16BE(at + 2) + 1) * 4) {
    keep(at, at + (packet[at + 1] === senderReport ? 28 : 8));
  }
}

function keepPayload(payload: Buffer, codec: VideoCodec | undefined, keep: Keep): void {
  switch (codec) {
    case 'H264':
      keepNalUnits(payload, h264, keep);
      break;
    case 'H265':
      keepNalUnits(payload, h265, keep);
      break;
    case 'JPEG':
      keepJpegHeaders(payload, keep);
      break;
    case undefined:
      keep(0, otherBytes);
      break;
    default:
      codec satisfies never;
  }
}

function keepNalUnits(payload: Buffer, kind: NalUnits, keep: Keep): void {
  const { headerBytes } = kind;
  const type = kind.typeOf(payload[0] ?? 0);
  if (type === kind.aggregate) {
    keep(0, headerBytes);
    for (let at = headerBytes; at + 2 <= payload.length; ) {
      const end = at + 2 + payload.readUInt16BE(at);
      keep(at, at + 2);
      keepNalUnit(payload, kind, { from: at + 2, to: Math.min(end, payload.length) }, keep);
      at = end;
    }
  } else if (type === kind.fragment) {
    const fragmentHeader = payload[headerBytes] ?? 0;
    const inner = kind === h264 ? fragmentHeader & 0x1f : fragmentHeader & 0x3f;
    const from = headerBytes + 1;
    const isFirst = (fragmentHeader & 0x80) !== 0;
    keep(0, from);
    keep(from, from + bytesOf(kind.shareOf(inner), isFirst));
    keepBehindStartCodes(payload, kind, { from, to: payload.length }, keep);
  } else {
    keepNalUnit(payload, kind, { from: 0, to: payload.length }, keep);
  }
}

/** Of a NAL unit behind its header. */
function bytesOf(share: Share, isFirst = true): number {
  if (share === 'all') return Number.POSITIVE_INFINITY;
  return share === 'beginning' && isFirst ? sliceBytes : 0;
}

function keepNalUnit(
  payload: Buffer,
  kind: NalUnits,
  { from, to }: { from: number; to: number },
  keep: Keep,
): void {
  const next = payload.subarray(0, to).indexOf(startCode, from);
  const end = next === -1 ? to : next;
  const bytes = kind.headerBytes + bytesOf(kind.shareOf(kind.typeOf(payload[from] ?? 0)));
  keep(from, Math.min(from + bytes, end));
  if (next !== -1) keepBehindStartCodes(payload, kind, { from: next, to }, keep);
}

/** V380 and Amatek put several NAL units with start codes between them into one. */
function keepBehindStartCodes(
  payload: Buffer,
  kind: NalUnits,
  { from, to }: { from: number; to: number },
  keep: Keep,
): void {
  const data = payload.subarray(0, to);
  for (
    let at = data.indexOf(startCode, from);
    at !== -1;
    at = data.indexOf(startCode, at + startCode.length)
  ) {
    const begin = at + startCode.length;
    const next = data.indexOf(startCode, begin);
    const bytes = kind.headerBytes + bytesOf(kind.shareOf(kind.typeOf(data[begin] ?? 0)));
    keep(at, Math.min(begin + bytes, next === -1 ? to : next));
  }
}

/** RFC 2435 section 3.1: its own header, restart intervals, tables. */
function keepJpegHeaders(payload: Buffer, keep: Keep): void {
  const jpegHeaderBytes = 8;
  keep(0, jpegHeaderBytes);
  if (payload.length < jpegHeaderBytes) return;
  const type = payload.readUInt8(4);
  const hasRestarts = type >= 64 && type <= 127;
  const tables = jpegHeaderBytes + (hasRestarts ? 4 : 0);
  keep(jpegHeaderBytes, tables);
  const isFirst = payload.readUIntBE(1, 3) === 0;
  if (!isFirst || payload.readUInt8(5) < 128 || payload.length < tables + 4) return;
  keep(tables, tables + 4 + payload.readUInt16BE(tables + 2));
}
