import { type AudioTrack, findAudio } from './audio-description.ts';
import { noAnswer, noVideo, protocolError, unsupportedCodec } from './camera-errors.ts';
import { resolveControl } from './control-url.ts';
import { RtspDialogue, type RtspTarget } from './rtsp-dialogue.ts';
import { header, type RtspResponse } from './rtsp-message.ts';
import { findVideo, type VideoTrack } from './session-description.ts';

const openMilliseconds = 10_000;
const maximumRedirects = 3;
const redirections: ReadonlySet<number> = new Set([301, 302, 303, 305, 307, 308]);

/** The sound beside the video, as far as the description goes. */
export type OfferedAudio =
  /** `trackUrl`: address of its SETUP. */
  | { readonly kind: 'playable'; readonly track: AudioTrack; readonly trackUrl: string }
  | { readonly kind: 'unsupported'; readonly codecs: readonly string[] }
  | { readonly kind: 'no-audio' };

/** What OPTIONS and DESCRIBE brought. */
export interface VideoDescription {
  readonly track: VideoTrack;
  readonly audio: OfferedAudio;
  /** Address of SETUP. */
  readonly trackUrl: string;
  /** Address of PLAY, keep-alive and TEARDOWN. */
  readonly sessionUrl: string;
  readonly hasGetParameter: boolean;
}

/**
 * Connects and does `work`, all within 10 s; the dialogue is the caller's when it resolves, and closed when it rejects.
 * @throws GatehouseError camera-unreachable, camera-silent, what `work` throws; the signal's reason when it is aborted
 */
export async function openDialogue<Result>(
  target: RtspTarget,
  signal: AbortSignal,
  work: (dialogue: RtspDialogue, opening: AbortSignal) => Promise<Result>,
): Promise<{ dialogue: RtspDialogue; result: Result }> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), openMilliseconds);
  const opening = AbortSignal.any([signal, timeout.signal]);
  let dialogue: RtspDialogue | undefined;
  const giveUp = () => dialogue?.destroy();
  opening.addEventListener('abort', giveUp);
  try {
    dialogue = await RtspDialogue.open(target, opening);
    opening.throwIfAborted();
    return { dialogue, result: await work(dialogue, opening) };
  } catch (error) {
    dialogue?.destroy();
    signal.throwIfAborted();
    if (dialogue === undefined || !timeout.signal.aborted) throw error;
    throw noAnswer(dialogue.address, 'all that opens a stream', openMilliseconds / 1_000);
  } finally {
    clearTimeout(timer);
    opening.removeEventListener('abort', giveUp);
  }
}

/**
 * Asks a camera what its stream is, without opening it: whether it is there, takes the password and has video.
 * @throws GatehouseError as `RtspSession.open`; the signal's reason when it is aborted
 */
export async function probeStream(target: RtspTarget, options: { signal: AbortSignal }): Promise<VideoTrack> {
  const { dialogue, result } = await openDialogue(target, options.signal, describeVideo);
  dialogue.destroy();
  return result.track;
}

/** OPTIONS and DESCRIBE. @throws GatehouseError camera-no-video, camera-codec-unsupported and those of the dialogue */
export async function describeVideo(dialogue: RtspDialogue, signal: AbortSignal): Promise<VideoDescription> {
  // Some cameras answer OPTIONS with an error and are fine otherwise. A wrong password is not tried again, though.
  const options = await dialogue.exchange('OPTIONS', dialogue.url);
  if (dialogue.refusesCredentials(options)) dialogue.expectSuccess('OPTIONS', options);
  const methods = (options.headers.get('public') ?? []).join();
  const { headers, body } = await describe(dialogue, signal);
  if (body.length === 0) throw protocolError(dialogue.address, 'answered DESCRIBE without a description');
  const sdp = body.toString('utf8');
  const video = findVideo(sdp);
  if (video.kind === 'no-video') throw noVideo(dialogue.address);
  if (video.kind === 'unsupported') throw unsupportedCodec(dialogue.address, video.codecs);
  const base = header(headers, 'content-base') ?? header(headers, 'content-location');
  const audio = findAudio(sdp);
  return {
    track: video.track,
    audio:
      audio.kind === 'playable'
        ? {
            kind: 'playable',
            track: audio.track,
            trackUrl: resolveControl(dialogue.url, base, audio.control),
          }
        : audio,
    trackUrl: resolveControl(dialogue.url, base, video.control),
    sessionUrl: resolveControl(dialogue.url, base, video.sessionControl),
    hasGetParameter: /\bGET_PARAMETER\b/i.test(methods),
  };
}

async function describe(dialogue: RtspDialogue, signal: AbortSignal): Promise<RtspResponse> {
  for (let redirects = 0; ; redirects++) {
    const response = await dialogue.exchange('DESCRIBE', dialogue.url, { Accept: 'application/sdp' });
    const location = header(response.headers, 'location');
    if (!redirections.has(response.status) || location === undefined) {
      return dialogue.expectSuccess('DESCRIBE', response);
    }
    if (redirects === maximumRedirects) {
      const advice = "Enter the stream's own address for this camera.";
      throw protocolError(dialogue.address, `redirects more than ${maximumRedirects} times`, advice);
    }
    await dialogue.redirect(location, signal);
  }
}
