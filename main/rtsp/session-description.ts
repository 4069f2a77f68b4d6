import sdpTransform from 'sdp-transform';
import { type VideoCodec, videoCodecs } from '../contract/codecs.ts';

/** The video of a camera as its SDP describes it (RFC 8866, RFC 6184 section 8, RFC 7798 section 7). */
export interface VideoTrack {
  readonly payloadType: number;
  readonly clockRate: number;
  readonly encodingName: VideoCodec;
  /** SPS and PPS, of H.265 also VPS, without start codes; the stream itself knows better. */
  readonly parameterSets: readonly Buffer[];
}

/** What a camera offers; `control` are the attributes of that name, yet to be resolved. */
export type DescribedVideo =
  | {
      readonly kind: 'playable';
      readonly track: VideoTrack;
      readonly control: string | undefined;
      readonly sessionControl: string | undefined;
    }
  /** Video, but in none of the formats that are understood; names of the field such as MP4V-ES and H261. */
  | { readonly kind: 'unsupported'; readonly codecs: readonly string[] }
  | { readonly kind: 'no-video' };

type Media = ReturnType<typeof sdpTransform.parse>['media'][number];

const maximumCharacters = 256 * 1024;
const maximumLineCharacters = 16 * 1024;
const maximumCodecs = 8;
const maximumCodecCharacters = 32;
const defaultClockRate = 90_000;
const startCode = Buffer.from([0, 0, 1]);
const parameterSetNames: Readonly<Record<VideoCodec, readonly string[]>> = {
  H264: ['sprop-parameter-sets'],
  H265: ['sprop-vps', 'sprop-sps', 'sprop-pps'],
  JPEG: [],
};
/** Static payload types need no rtpmap (RFC 3551 section 6). */
const staticCodecs: ReadonlyMap<number, string> = new Map([
  [26, 'JPEG'],
  [31, 'H261'],
  [32, 'MPEG'],
  [33, 'MPEG-TS'],
  [34, 'H263'],
]);

/**
 * Finds the first H.264 video, on whatever payload type (Bosch: 35), else H.265, else JPEG. `profile-level-id` is not read:
 * Eufy's is false, the SPS knows. Never throws.
 */
export function findVideo(sdp: string): DescribedVideo {
  const { media, control } = sdpTransform.parse(relevantLines(sdp));
  const videos = media.filter(({ type }) => type === 'video');
  for (const encodingName of videoCodecs) {
    for (const video of videos) {
      const map = mapOf(video, encodingName);
      if (map === undefined) continue;
      const { payload, rate = 0 } = map;
      const track = {
        payloadType: payload,
        clockRate: Number.isInteger(rate) && rate > 0 ? rate : defaultClockRate,
        encodingName,
        parameterSets: parameterSetsOf(payload, video, media, encodingName),
      };
      return { kind: 'playable', track, control: text(video.control), sessionControl: text(control) };
    }
  }
  if (videos.length === 0) return { kind: 'no-video' };
  return { kind: 'unsupported', codecs: [...new Set(videos.flatMap(codecsOf))].slice(0, maximumCodecs) };
}

/** The payload type of a format: from its rtpmap, or a static one that needs none. */
function mapOf(video: Media, name: VideoCodec): { payload: number; rate?: number | undefined } | undefined {
  const map = video.rtp.find(({ codec, payload }) => codec === name && Number.isInteger(payload));
  if (map !== undefined) return map;
  const isMapped = (payloadType: number) => video.rtp.some(({ payload }) => payload === payloadType);
  const payload = payloadTypesOf(video).find(
    (payloadType) => staticCodecs.get(payloadType) === name && !isMapped(payloadType),
  );
  return payload === undefined ? undefined : { payload };
}

/**
 * The lines that are read at all, in the shape that sdp-transform knows. What cameras spoil elsewhere (no `v=0`, repeated
 * `s=`, broken `o=` and `c=`) never gets there.
 */
function relevantLines(sdp: string): string {
  const lines = sdp
    .slice(0, maximumCharacters)
    .split(/\r\n|\r|\n/)
    .filter((line) => line.length <= maximumLineCharacters)
    .map((line) => line.replace(/[\s\0]+/g, ' ').trim());
  return lines.flatMap(readableLine).join('\n');
}

function readableLine(line: string): string[] {
  // TP-Link's "m=application/TP-LINK" is a media too, or its attributes would be taken for those of the video before it.
  const [, media] = /^m ?= ?(.*)$/i.exec(line) ?? [];
  if (media !== undefined) return [`m=${media.replace(/^video\b/i, 'video')}`];
  const [, name = '', value = ''] = /^a ?= ?(rtpmap|fmtp|control) ?: ?(.*)$/i.exec(line) ?? [];
  switch (name.toLowerCase()) {
    case 'rtpmap':
      // One spelling for "h264" and "H.264".
      return [`a=rtpmap:${value.toUpperCase().replace(/^(\d+ H)\.(?=26[0-9]\b)/, '$1')}`];
    case 'fmtp':
      return [`a=fmtp:${value}`];
    case 'control':
      return [`a=control:${value}`];
    default:
      return [];
  }
}

/** sdp-transform makes a number of what looks like one: "a=control:1". */
function text(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function codecsOf(video: Media): string[] {
  const mapped = video.rtp.map(({ codec }) => String(codec).slice(0, maximumCodecCharacters)).filter(Boolean);
  return [...mapped, ...payloadTypesOf(video).flatMap((payloadType) => staticCodecs.get(payloadType) ?? [])];
}

function payloadTypesOf({ payloads }: Media): number[] {
  return String(payloads ?? '')
    .split(' ')
    .map(Number);
}

/**
 * `sprop-parameter-sets` of the track, in H.265 `sprop-vps`, `sprop-sps` and `sprop-pps`. Ubiquiti leaves a track's fmtp empty or puts it on another one: then the others
 * are looked through, but for those of another video.
 */
function parameterSetsOf(
  payloadType: number,
  video: Media,
  media: readonly Media[],
  codec: VideoCodec,
): Buffer[] {
  const own = video.fmtp.filter(({ payload }) => payload === payloadType);
  const others = media
    .filter((entry) => entry === video || entry.type !== 'video')
    .flatMap(({ fmtp }) => fmtp);
  for (const { config } of [...own, ...others]) {
    const sets = parseParameterSets(String(config), codec);
    if (sets.length > 0) return sets;
  }
  return [];
}

/** RFC 6184 section 8.1, RFC 7798 section 7.1: NAL units in Base64, separated by commas. */
function parseParameterSets(config: string, codec: VideoCodec): Buffer[] {
  return parameterSetNames[codec].flatMap((name) => {
    const [, list = ''] = new RegExp(`(?:^|[; ])${name} ?= ?"?([^;" ]*)`, 'i').exec(config) ?? [];
    return list
      .split(',')
      .flatMap((set) => splitAtStartCodes(Buffer.from(set, 'base64')))
      .filter((nalUnit) => isParameterSet(nalUnit, codec));
  });
}

/** Some cameras leave the start codes of Annex B in: one in front, or several NAL units in one. */
function splitAtStartCodes(bytes: Buffer): Buffer[] {
  const nalUnits: Buffer[] = [];
  let start = 0;
  for (let code = bytes.indexOf(startCode); code !== -1; code = bytes.indexOf(startCode, start)) {
    nalUnits.push(withoutTrailingZeros(bytes.subarray(start, code)));
    start = code + startCode.length;
  }
  nalUnits.push(withoutTrailingZeros(bytes.subarray(start)));
  return nalUnits;
}

/** A NAL unit never ends with a zero: those belong to the next start code (H.264 section 7.4.1). */
function withoutTrailingZeros(nalUnit: Buffer): Buffer {
  let end = nalUnit.length;
  while (end > 0 && nalUnit[end - 1] === 0) end--;
  return nalUnit.subarray(0, end);
}

/** SPS or PPS (H.264 table 7-1), VPS, SPS or PPS (H.265 table 7-1). */
function isParameterSet(nalUnit: Buffer, codec: VideoCodec): boolean {
  if (nalUnit.length <= 1) return false;
  const first = nalUnit[0] ?? 0;
  if (codec === 'H264') return [7, 8].includes(first & 0x1f);
  return [32, 33, 34].includes((first >> 1) & 0x3f);
}
