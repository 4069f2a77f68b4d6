import {
  noAnswer,
  noPackets,
  noVideo,
  protocolError,
  transportRefused,
  unsupportedCodec,
} from './camera-errors.ts';
import { resolveControl } from './control-url.ts';
import { parseRtpPacket, type RtpPacket } from './rtp-packet.ts';
import { RtspDialogue, type RtspTarget } from './rtsp-dialogue.ts';
import { header, type RtspResponse } from './rtsp-message.ts';
import { findVideo, type VideoTrack } from './session-description.ts';
import { parseSessionHeader, parseTransportHeader } from './session-headers.ts';

export type { RtspTarget };

const openMilliseconds = 10_000;
/** A silent camera is noticed within 5 s: after this and one look. */
const silenceMilliseconds = 4_000;
const lookMilliseconds = 500;
const shortestKeepAliveMilliseconds = 500;
const longestKeepAliveMilliseconds = 25_000;
const keepAliveMarginMilliseconds = 1_000;
const teardownMilliseconds = 1_000;
const maximumRedirects = 3;
const redirections: ReadonlySet<number> = new Set([301, 302, 303, 305, 307, 308]);

/** What OPTIONS, DESCRIBE and SETUP brought. */
interface SetUp {
  readonly track: VideoTrack;
  /** Address of PLAY, keep-alive and TEARDOWN. */
  readonly url: string;
  /** Interleaved channel of the track's RTP packets. */
  readonly channel: number;
  readonly timeoutSeconds: number;
  readonly hasGetParameter: boolean;
}

/**
 * One stream of one camera (RFC 2326), its packets interleaved on the RTSP connection. `open` gives a session that is ready
 * to play, disposing it says goodbye.
 */
export class RtspSession implements AsyncDisposable {
  readonly track: VideoTrack;
  readonly #dialogue: RtspDialogue;
  readonly #signal: AbortSignal;
  readonly #url: string;
  readonly #channel: number;
  readonly #keepAliveMilliseconds: number;
  #keepAliveMethod: 'GET_PARAMETER' | 'OPTIONS';

  private constructor(dialogue: RtspDialogue, setUp: SetUp, signal: AbortSignal) {
    this.track = setUp.track;
    this.#dialogue = dialogue;
    this.#signal = signal;
    this.#url = setUp.url;
    this.#channel = setUp.channel;
    this.#keepAliveMilliseconds = keepAliveInterval(setUp.timeoutSeconds);
    this.#keepAliveMethod = setUp.hasGetParameter ? 'GET_PARAMETER' : 'OPTIONS';
  }

  /**
   * Connects and sets up the first H.264 video, within 10 s.
   * @throws GatehouseError bad-input, camera-unreachable, camera-refused-credentials, camera-protocol-error, camera-no-video,
   *   camera-codec-unsupported, camera-silent, camera-closed-connection; the signal's reason when it is aborted
   */
  static async open(target: RtspTarget, options: { signal: AbortSignal }): Promise<RtspSession> {
    const { signal } = options;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), openMilliseconds);
    const opening = AbortSignal.any([signal, timeout.signal]);
    let dialogue: RtspDialogue | undefined;
    const giveUp = () => dialogue?.destroy();
    opening.addEventListener('abort', giveUp);
    try {
      dialogue = await RtspDialogue.open(target, opening);
      opening.throwIfAborted();
      return new RtspSession(dialogue, await setUp(dialogue, opening), signal);
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
   * Plays until the signal is aborted, which resolves. Only once.
   * @param onPacket gets every packet of the track, in the order of arrival; should it throw, playing ends with that
   * @throws GatehouseError camera-silent (4 s without a packet), camera-closed-connection, camera-protocol-error
   */
  async play(onPacket: (packet: RtpPacket) => void): Promise<void> {
    if (this.#signal.aborted) return;
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
    const stop = () => {
      this.#dialogue.onFrame = () => {};
      resolve();
    };
    this.#signal.addEventListener('abort', stop);
    void this.#dialogue.closed.then(reject);
    let heardAt = 0;
    // Listening before PLAY is answered: Reolink sends the first packets ahead of the answer.
    this.#dialogue.onFrame = (channel, data) => {
      // RTCP, and data on channels that were never set up.
      if (channel !== this.#channel) return;
      const packet = parseRtpPacket(data);
      // Geovision mixes in packets of payload type 50.
      if (packet?.payloadType !== this.track.payloadType) return;
      heardAt = performance.now();
      onPacket(packet);
    };
    let clock: NodeJS.Timeout | undefined;
    try {
      // The answer's RTP-Info is not read: it is wrong too often, and nothing needs it.
      await Promise.race([ended, this.#dialogue.request('PLAY', this.#url, { Range: 'npt=0.000-' })]);
      heardAt = performance.now();
      let keptAliveAt = heardAt;
      clock = setInterval(() => {
        const now = performance.now();
        if (now - heardAt >= silenceMilliseconds) {
          reject(noPackets(this.#dialogue.address, silenceMilliseconds / 1_000));
        }
        if (now - keptAliveAt >= this.#keepAliveMilliseconds) {
          keptAliveAt = now;
          this.#keepAlive();
        }
      }, lookMilliseconds);
      await ended;
    } finally {
      clearInterval(clock);
      this.#signal.removeEventListener('abort', stop);
      this.#dialogue.onFrame = () => {};
    }
  }

  /** TEARDOWN, since live555 and others keep sessions that nobody ends; after a second without answer, goes anyway. */
  async [Symbol.asyncDispose](): Promise<void> {
    const timer = setTimeout(() => this.#dialogue.destroy(), teardownMilliseconds);
    try {
      await this.#dialogue.exchange('TEARDOWN', this.#url);
    } catch {
      // The connection has ended: nothing is left to say goodbye to.
    } finally {
      clearTimeout(timer);
      this.#dialogue.destroy();
    }
  }

  /** Not waited for: some cameras never answer it and play on. */
  #keepAlive(): void {
    const forgetGetParameter = ({ status }: RtspResponse) => {
      if (status >= 400) this.#keepAliveMethod = 'OPTIONS';
    };
    this.#dialogue.exchange(this.#keepAliveMethod, this.#url).then(forgetGetParameter, () => {});
  }
}

async function setUp(dialogue: RtspDialogue, signal: AbortSignal): Promise<SetUp> {
  // Some cameras answer OPTIONS with an error and are fine otherwise. A wrong password is not tried again, though.
  const options = await dialogue.exchange('OPTIONS', dialogue.url);
  if (dialogue.refusesCredentials(options)) dialogue.expectSuccess('OPTIONS', options);
  const methods = (options.headers.get('public') ?? []).join();
  const { headers, body } = await describe(dialogue, signal);
  if (body.length === 0) throw protocolError(dialogue.address, 'answered DESCRIBE without a description');
  const video = findVideo(body.toString('utf8'));
  if (video.kind === 'no-video') throw noVideo(dialogue.address);
  if (video.kind === 'unsupported') throw unsupportedCodec(dialogue.address, video.codecs);
  const base = header(headers, 'content-base') ?? header(headers, 'content-location');
  const answer = await dialogue.request('SETUP', resolveControl(dialogue.url, base, video.control), {
    Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1',
  });
  const { channel = 0, isDatagrams } = parseTransportHeader(header(answer.headers, 'transport'));
  if (isDatagrams)
    throw transportRefused(dialogue.address, 'answered SETUP with UDP, though it was asked for TCP');
  const { id, timeoutSeconds } = parseSessionHeader(header(answer.headers, 'session'));
  dialogue.sessionId = id;
  return {
    track: video.track,
    url: resolveControl(dialogue.url, base, video.sessionControl),
    channel,
    timeoutSeconds,
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

/** Twice within the session's timeout and earlier, since some cameras mean less than they say. */
function keepAliveInterval(timeoutSeconds: number): number {
  const milliseconds = (timeoutSeconds * 1_000) / 2 - keepAliveMarginMilliseconds;
  return Math.min(Math.max(milliseconds, shortestKeepAliveMilliseconds), longestKeepAliveMilliseconds);
}
