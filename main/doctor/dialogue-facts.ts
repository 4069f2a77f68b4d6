import type { VideoFormat } from '../media/live-stream.ts';
import { type PictureSize, parseH265PictureSize, parsePictureSize } from '../media/picture-size.ts';
import { parseChallenges, strongestChallenge } from '../rtsp/challenge.ts';
import { header } from '../rtsp/rtsp-message.ts';
import type { Answer } from './ear.ts';
import type { SignIn } from './findings.ts';
import type { DescriptionFacts } from './stream-findings.ts';

/*
 * What answers of a camera tell about it.
 */

const maximumServerCharacters = 60;
const maximumSoundTracks = 4;
const maximumSoundCharacters = 16;
/** Sound with static payload types (RFC 3551 section 6). */
const staticSound: ReadonlyMap<string, string> = new Map([
  ['0', 'PCMU'],
  ['8', 'PCMA'],
  ['9', 'G722'],
]);

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

/** @param video what was made of the description */
export function describedBy(answers: readonly Answer[], video: VideoFormat): DescriptionFacts {
  const described = answers.findLast(
    ({ method, response }) => method === 'DESCRIBE' && response.status === 200,
  );
  const { codec, parameterSets } = video;
  const sps = parameterSets.find((set) => (codec === 'H264' ? typeOf(set) === 7 : h265TypeOf(set) === 33));
  return {
    codec,
    profile: codec === 'H264' ? (sps?.[1] ?? null) : null,
    size: sizeOf(codec, sps),
    sound: soundOf(described?.response.body.toString('latin1') ?? ''),
  };
}

/** Encodings of the sound tracks that an SDP describes. */
export function soundOf(sdp: string): string[] {
  const [, ...media] = `\n${sdp}`.split(/[\r\n]+m ?= ?/);
  return media
    .filter((section) => /^audio\b/i.test(section))
    .slice(0, maximumSoundTracks)
    .map((section) => {
      const [, mapped] = /^a ?= ?rtpmap ?: ?\d+\s+([^/\s]+)/im.exec(section) ?? [];
      const [, payloadType = ''] = /^audio\s+\S+\s+\S+\s+(\d+)/i.exec(section) ?? [];
      return (mapped ?? staticSound.get(payloadType) ?? 'unknown').slice(0, maximumSoundCharacters);
    });
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
