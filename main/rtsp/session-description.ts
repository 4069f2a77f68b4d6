import sdpTransform from 'sdp-transform';
import { GatehouseError } from '../base/gatehouse-error.ts';

/** The video of a camera as its SDP describes it (RFC 8866, RFC 6184 section 8). */
export interface VideoTrack {
  readonly payloadType: number;
  readonly clockRate: number;
  readonly encodingName: 'H264';
  /** SPS and PPS from `sprop-parameter-sets`, without start codes; the stream itself knows better. */
  readonly parameterSets: readonly Buffer[];
}

/** A track and the `a=control` attribute that addresses it. */
export interface DescribedTrack {
  readonly track: VideoTrack;
  readonly control: string | undefined;
  /** `a=control` of the whole session. */
  readonly sessionControl: string | undefined;
}

const maximumBytes = 256 * 1024;
const h264 = /^h\.?264$/i;

/**
 * Finds the first H.264 track. What is wrong elsewhere in the SDP (repeated `s=`, broken `o=` and `c=`, no `v=0`, unknown
 * media such as TP-Link's) does not matter.
 * @throws GatehouseError camera-no-video, camera-codec-unsupported
 */
export function findVideo(sdp: string, camera: string): DescribedTrack {
  const description = sdpTransform.parse(sdp.slice(0, maximumBytes));
  const videos = description.media.filter((media) => media.type === 'video');
  const offered = new Set<string>();
  for (const media of videos) {
    for (const map of media.rtp ?? []) {
      if (!h264.test(map.codec)) {
        offered.add(map.codec.toUpperCase());
        continue;
      }
      // Ubiquiti puts the fmtp of one track on another, and some send it empty: only that of this payload type counts.
      const format = media.fmtp?.find((entry) => entry.payload === map.payload)?.config ?? '';
      return {
        track: {
          payloadType: map.payload,
          clockRate: map.rate ?? 90_000,
          encodingName: 'H264',
          parameterSets: parseParameterSets(format),
        },
        control: media.control,
        sessionControl: description.control,
      };
    }
    // MJPEG is a static payload type and needs no rtpmap (RFC 3551 section 6).
    if (/\b26\b/.test(media.payloads ?? '')) offered.add('JPEG');
  }
  if (videos.length === 0) {
    throw new GatehouseError(
      'camera-no-video',
      `${camera}: this address has no video. Look up the address of a video stream in the camera's manual.`,
      { camera },
    );
  }
  const codecs = offered.size === 0 ? 'an unknown codec' : [...offered].join(', ');
  throw new GatehouseError(
    'camera-codec-unsupported',
    `${camera}: the video is ${codecs}. Set the camera's stream to H.264.`,
    { camera },
  );
}

/** `sprop-parameter-sets` (RFC 6184 section 8.1); Annex B start codes inside are taken off, some cameras put them there. */
function parseParameterSets(format: string): Buffer[] {
  const [, list = ''] = /(?:^|;)\s*sprop-parameter-sets\s*=\s*"?([^;"\s]*)/i.exec(format) ?? [];
  return list
    .split(',')
    .map((set) => Buffer.from(set, 'base64'))
    .map((nalUnit) => nalUnit.subarray(startCodeBytes(nalUnit)))
    .filter((nalUnit) => nalUnit.length > 1);
}

function startCodeBytes(nalUnit: Buffer): number {
  const zeros = nalUnit.findIndex((byte) => byte !== 0);
  return zeros >= 2 && nalUnit[zeros] === 1 ? zeros + 1 : 0;
}

/**
 * The address to SETUP a track with (RFC 2326 appendix C.1.1). Whatever the camera says, the answer is on the host that
 * was connected to: behind NAT cameras name an address that cannot be reached.
 * @param base address of the DESCRIBE request, without user and password
 * @param contentBase `Content-Base` or `Content-Location` of its answer, often broken
 */
export function resolveControl(
  base: string,
  contentBase: string | undefined,
  control: string | undefined,
): string {
  const start = usableBase(base, contentBase);
  if (control === undefined || control === '' || control === '*') return start;
  if (/^rtsps?:\/\//i.test(control)) return onHostOf(base, control);
  // An absolute path is one; everything else is put behind the base, which may end with a query (Hikvision, Dahua).
  if (control.startsWith('/')) return `${authority(base)}${control}`;
  return start.endsWith('/') ? `${start}${control}` : `${start}/${control}`;
}

/** Cameras send "rtsp://rtsp://…", no scheme at all, or a bare IPv6 address: only what holds a path can be used. */
function usableBase(base: string, contentBase: string | undefined): string {
  const cleaned = (contentBase ?? '').trim().replace(/^(?:rtsp:\/\/)+(?=rtsp:\/\/)/i, '');
  if (!/^rtsp:\/\/[^/]+\/./i.test(cleaned)) return base;
  return onHostOf(base, cleaned);
}

function authority(url: string): string {
  return /^rtsp:\/\/[^/?]+/i.exec(url)?.[0] ?? url;
}

function onHostOf(base: string, url: string): string {
  return `${authority(base)}${url.replace(/^rtsps?:\/\/[^/?]*/i, '')}`;
}
