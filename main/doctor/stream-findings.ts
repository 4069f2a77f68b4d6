import type { GatehouseError } from '../base/gatehouse-error.ts';
import type { StreamProfile } from '../contract/camera.ts';
import { codecWords, type VideoCodec } from '../contract/codecs.ts';
import { type Judgement, judge, skipped } from './findings.ts';
import type { StreamFigures } from './stream-sample.ts';

/*
 * What a stream is and how it arrives, and what that means. Limits are those of a wall of many cameras that guards look at
 * for hours.
 */

const longKeyFrameSeconds = 4;
const fewPicturesPerSecond = 5;
/** A small picture that is larger is decoded in many tiles for nothing. */
const largestSmallPixels = 960 * 576;
const highKilobits = { main: 12_000, sub: 1_500 } as const;
const lossProblem = 0.02;
const jitterLimits = { warning: 60, problem: 250 } as const;
const wantedKeyFrameSeconds = 2;

/** profile_idc of H.264 (ITU-T H.264 annex A). */
const h264Profiles: ReadonlyMap<number, string> = new Map([
  [66, 'Baseline'],
  [77, 'Main'],
  [88, 'Extended'],
  [100, 'High'],
  [110, 'High 10'],
  [122, 'High 4:2:2'],
  [244, 'High 4:4:4'],
]);

export interface DescriptionFacts {
  readonly codec: VideoCodec;
  /** Of H.264; null: not said. */
  readonly profile: number | null;
  readonly size: { readonly width: number; readonly height: number } | null;
  /** Encodings of its sound tracks, as the SDP names them. */
  readonly sound: readonly string[];
}

export function judgeDescription({ codec, profile, size, sound }: DescriptionFacts): Judgement {
  const profileName = profile === null ? '' : ` ${h264Profiles.get(profile) ?? `profile ${profile}`}`;
  const measured = [
    `${codecWords[codec]}${profileName}`,
    ...(size === null ? [] : [sizeWords(size)]),
    sound.length === 0 ? 'no sound' : `sound ${sound.join(', ')}`,
  ].join(', ');
  switch (codec) {
    case 'H264':
      return judge('ok', measured, 'Every browser shows this format.');
    case 'H265':
      return judge(
        'warning',
        measured,
        'H.265 is shown only where the computer of the guard can decode it.',
        'Set the video format of this stream to H.264 to have it shown everywhere.',
      );
    case 'JPEG':
      return judge(
        'warning',
        measured,
        'MJPEG takes several times as much of the network as H.264.',
        'Set the video format of this stream to H.264 if the camera knows it.',
      );
    default:
      return codec satisfies never;
  }
}

/** @param refused ways that the camera did not take before */
export function judgeTransport(
  transport: 'tcp' | 'udp' | null,
  refused: readonly ('tcp' | 'udp')[],
): Judgement {
  if (transport === null) return skipped('It sends over HTTP: there is nothing to choose.');
  if (transport === 'tcp') return judge('ok', 'TCP', 'Nothing gets lost on the way.');
  if (refused.includes('tcp')) {
    return judge(
      'warning',
      'UDP, TCP refused',
      'The camera does not send over TCP. Over UDP, a busy network loses parts of pictures.',
      'Allow RTP over TCP in the camera: often called "RTP over RTSP" or "interleaved".',
    );
  }
  return judge('ok', 'UDP', 'As it is set here. TCP loses nothing, where the network is busy.');
}

export function judgeKeyFrames(
  figures: Pick<StreamFigures, 'codec' | 'keyFrames' | 'keyFrameSeconds' | 'picturesPerSecond' | 'seconds'>,
): Judgement {
  const { codec, keyFrames, keyFrameSeconds, picturesPerSecond, seconds } = figures;
  if (codec === 'JPEG') return judge('ok', 'every picture', 'Each picture of MJPEG is whole.');
  const interval = Math.max(1, Math.round((picturesPerSecond ?? 0) * wantedKeyFrameSeconds));
  const advice = `Set "I-frame interval" to ${interval}, twice the frame rate: a picture then starts within ${wantedKeyFrameSeconds} s. Switch "Smart codec" or "H.264+" off.`;
  if (keyFrameSeconds === null) {
    const measured = `${keyFrames === 0 ? 'none' : keyFrames} in ${seconds.toFixed(1)} s`;
    return judge('problem', measured, 'Key frames are so rare that a picture takes long to start.', advice);
  }
  const every = keyFrameSeconds.toFixed(1);
  if (keyFrameSeconds <= longKeyFrameSeconds) {
    return judge('ok', `every ${every} s`, 'A picture starts fast, and a fault in it is over soon.');
  }
  return judge(
    'warning',
    `every ${every} s`,
    `Key frames come every ${every} s: a picture starts late.`,
    advice,
  );
}

export function judgePictures(
  {
    pictures,
    picturesPerSecond,
    size,
    seconds,
  }: Pick<StreamFigures, 'pictures' | 'picturesPerSecond' | 'size' | 'seconds'>,
  profile: StreamProfile,
): Judgement {
  if (pictures === 0 || picturesPerSecond === null) {
    return judge(
      'problem',
      `${pictures} in ${seconds.toFixed(1)} s`,
      'Packets came, but no whole pictures.',
      'Lower the bit rate of this stream. If that does not help, restart the camera.',
    );
  }
  const rate = `${picturesPerSecond.toFixed(1)} a second`;
  const measured = size === null ? rate : `${sizeWords(size)}, ${rate}`;
  if (picturesPerSecond < fewPicturesPerSecond) {
    return judge(
      'warning',
      measured,
      'Few pictures: what moves jumps.',
      'Set the frame rate of this stream to 12 or more. In the dark, limit the exposure time.',
    );
  }
  if (profile === 'sub' && size !== null && size.width * size.height > largestSmallPixels) {
    return judge(
      'warning',
      measured,
      'The small picture is larger than a tile of a wall: decoding it is work for nothing.',
      'Set the sub-stream of the camera to about 640 × 360.',
    );
  }
  return judge('ok', measured, 'Pictures come as they should.');
}

/** It played, and ended by itself. */
export function judgeEnd({ seconds }: StreamFigures, error: GatehouseError): Judgement {
  return judge('problem', `ended after ${seconds.toFixed(1)} s`, error.message);
}

export function judgeBitRate(
  { kilobitsPerSecond }: Pick<StreamFigures, 'kilobitsPerSecond'>,
  profile: StreamProfile,
): Judgement {
  if (kilobitsPerSecond === null) return skipped('Too little came to measure it.');
  const measured = bitRateWords(kilobitsPerSecond);
  if (kilobitsPerSecond <= highKilobits[profile])
    return judge('ok', measured, 'The network carries that with ease.');
  const limit = bitRateWords(highKilobits[profile]);
  return judge(
    'warning',
    measured,
    profile === 'main'
      ? 'That is much for one camera.'
      : 'That is much for a small picture: walls show many of them.',
    `Set the maximum bit rate of this stream to ${limit} or less, and its control to variable.`,
  );
}

export function judgeLoss(
  { packets }: Pick<StreamFigures, 'packets'>,
  transport: 'tcp' | 'udp' | null,
): Judgement {
  if (packets === null) return skipped('Over HTTP nothing gets lost.');
  const { expected, lost } = packets;
  const share = expected === 0 ? 0 : lost / expected;
  if (lost === 0) return judge('ok', `0 of ${expected}`, 'Every packet arrived.');
  return judge(
    share >= lossProblem ? 'problem' : 'warning',
    `${lost} of ${expected}, ${(share * 100).toFixed(share < 0.001 ? 3 : 1)}%`,
    transport === 'udp'
      ? 'Packets get lost on the way: parts of pictures are missing.'
      : 'The camera leaves packets out although nothing gets lost on the way: it cannot keep up.',
    transport === 'udp'
      ? 'Set the transport of this camera here to TCP. Check cable, plug and switch on the way.'
      : 'Lower bit rate or picture size of this stream, and close other programs that watch it.',
  );
}

export function judgeJitter({ jitterMilliseconds }: Pick<StreamFigures, 'jitterMilliseconds'>): Judgement {
  if (jitterMilliseconds === null) return skipped('Over HTTP packets have no times.');
  const measured = `${jitterMilliseconds.toFixed(1)} ms`;
  if (jitterMilliseconds <= jitterLimits.warning) return judge('ok', measured, 'Packets come evenly.');
  return judge(
    jitterMilliseconds > jitterLimits.problem ? 'problem' : 'warning',
    measured,
    'Packets come unevenly: the picture moves in jerks.',
    'Connect the camera by cable instead of Wi-Fi, and look for a link on the way that is overloaded.',
  );
}

export function judgeBFrames({ codec, hasBFrames }: StreamFigures): Judgement {
  if (codec === 'JPEG') return skipped('MJPEG has none.');
  if (!hasBFrames) return judge('ok', 'none', 'Pictures come in the order in which they are shown.');
  return judge(
    'problem',
    'sent',
    'The camera sends B-frames: pictures come out of their order, and the moving picture jerks.',
    'Set the number of B-frames to 0, or the H.264 profile to Baseline.',
  );
}

function sizeWords({ width, height }: { readonly width: number; readonly height: number }): string {
  return `${width} × ${height}`;
}

function bitRateWords(kilobits: number): string {
  return kilobits < 1_000 ? `${Math.round(kilobits)} kbit/s` : `${(kilobits / 1_000).toFixed(1)} Mbit/s`;
}
