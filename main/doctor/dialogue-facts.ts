import type { Source } from '../cameras/source.ts';
import type { VideoFormat } from '../media/live-stream.ts';
import { type PictureSize, parseH265PictureSize, parsePictureSize } from '../media/picture-size.ts';
import { parseChallenges, strongestChallenge } from '../rtsp/challenge.ts';
import { header } from '../rtsp/rtsp-message.ts';
import type { HearableAudio } from '../rtsp/rtsp-session.ts';
import type { Answer } from './ear.ts';
import type { SignIn } from './findings.ts';
import type { DescriptionFacts } from './stream-findings.ts';

/*
 * What answers of a camera tell about it.
 */

const maximumServerCharacters = 60;

/** The first answer of all; undefined: none came. */
export function firstAnswerOf(
  answers: readonly Answer[],
): { readonly milliseconds: number; readonly status: number; readonly server: string } | undefined {
  const [first] = answers;
  if (first === undefined) return undefined;
  const servers = answers.flatMap(({ response }) => header(response.headers, 'server') ?? []);
  const server = (servers[0] ?? '').slice(0, maximumServerCharacters);
  return { milliseconds: first.milliseconds, status: first.response.status, server };
}

/** What the camera wants to see before it shows anything. */
export function signInOf(answers: readonly Answer[]): SignIn {
  const asking = answers.find(({ response }) => response.status === 401);
  if (asking === undefined) return 'none';
  const challenges = parseChallenges(asking.response.headers.get('www-authenticate') ?? []);
  const strongest = strongestChallenge(challenges);
  if (strongest === undefined) return 'unknown';
  if (strongest.scheme === 'basic') return 'basic';
  return strongest.algorithm === 'MD5' ? 'digest-md5' : 'digest-sha-256';
}

/** What was made of the description. */
export function describedBy({ video, audio }: Pick<Source, 'video' | 'audio'>): DescriptionFacts {
  const { codec, parameterSets } = video;
  const sps = parameterSets.find((set) => (codec === 'H264' ? typeOf(set) === 7 : h265TypeOf(set) === 33));
  return {
    codec,
    profile: codec === 'H264' ? (sps?.[1] ?? null) : null,
    size: sizeOf(codec, sps),
    sound: soundOf(audio),
  };
}

/** Encodings of the sound, as the SDP names them. */
function soundOf(audio: HearableAudio): readonly string[] {
  switch (audio.kind) {
    case 'playable':
      return [audio.track.codec];
    case 'refused':
      return [audio.codec];
    case 'unsupported':
      return audio.codecs;
    case 'no-audio':
      return [];
    default:
      return audio satisfies never;
  }
}

function sizeOf(codec: VideoFormat['codec'], sps: Buffer | undefined): PictureSize | null {
  if (sps === undefined || codec === 'JPEG') return null;
  return (codec === 'H264' ? parsePictureSize(sps) : parseH265PictureSize(sps)) ?? null;
}

function typeOf(nalUnit: Buffer): number {
  return (nalUnit[0] ?? 0) & 0x1f;
}

function h265TypeOf(nalUnit: Buffer): number {
  return ((nalUnit[0] ?? 0) >> 1) & 0x3f;
}
