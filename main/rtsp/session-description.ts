import { type VideoCodec, videoCodecs } from '../contract/codecs.ts';
import {
  formatNames,
  formatParameter,
  formatsOf,
  parseSdpMedia,
  type SdpMedia,
  sdpText,
} from './sdp-media.ts';

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

const maximumCodecs = 8;
const defaultClockRate = 90_000;
const startCode = Buffer.from([0, 0, 1]);
const parameterSetNames: Readonly<Record<VideoCodec, readonly string[]>> = {
  H264: ['sprop-parameter-sets'],
  H265: ['sprop-vps', 'sprop-sps', 'sprop-pps'],
  JPEG: [],
};

/**
 * Finds the first H.264 video, on whatever payload type (Bosch: 35), else H.265, else JPEG. `profile-level-id` is not read:
 * Eufy's is false, the SPS knows. Never throws.
 */
export function findVideo(sdp: string): DescribedVideo {
  const { media, control: sessionControl } = parseSdpMedia(sdp);
  const videos = media.filter(({ type }) => type === 'video');
  for (const encodingName of videoCodecs) {
    for (const video of videos) {
      const format = formatsOf(video).find(({ name }) => name === encodingName);
      if (format === undefined) continue;
      const { payloadType, clockRate = defaultClockRate } = format;
      const parameterSets = parameterSetsOf(payloadType, video, media, encodingName);
      const track = { payloadType, clockRate, encodingName, parameterSets };
      return { kind: 'playable', track, control: sdpText(video.control), sessionControl };
    }
  }
  if (videos.length === 0) return { kind: 'no-video' };
  return { kind: 'unsupported', codecs: [...new Set(videos.flatMap(formatNames))].slice(0, maximumCodecs) };
}

/**
 * `sprop-parameter-sets` of the track, in H.265 `sprop-vps`, `sprop-sps` and `sprop-pps`. Ubiquiti leaves a track's fmtp empty or puts it on another one: then the others
 * are looked through, but for those of another video.
 */
function parameterSetsOf(
  payloadType: number,
  video: SdpMedia,
  media: readonly SdpMedia[],
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
    return (formatParameter(config, name) ?? '')
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
