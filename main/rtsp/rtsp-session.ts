import { noPackets, transportRefused } from './camera-errors.ts';
import { parseRtpPacket, type RtpPacket } from './rtp-packet.ts';
import type { RtspDialogue, RtspTarget } from './rtsp-dialogue.ts';
import { header, type RtspResponse } from './rtsp-message.ts';
import type { VideoTrack } from './session-description.ts';
import { parseSessionHeader, parseTransportHeader } from './session-headers.ts';
import { describeVideo, openDialogue, type VideoDescription } from './video-description.ts';

export type { RtspTarget };

/** A silent camera is noticed within 5 s: after this and one look. */
const silenceMilliseconds = 4_000;
const lookMilliseconds = 500;
const shortestKeepAliveMilliseconds = 500;
const longestKeepAliveMilliseconds = 25_000;
const keepAliveMarginMilliseconds = 1_000;
const teardownMilliseconds = 1_000;

interface SetUp {
  readonly description: VideoDescription;
  /** Interleaved channel of the track's RTP packets. */
  readonly channel: number;
  readonly timeoutSeconds: number;
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
    const { track, sessionUrl, hasGetParameter } = setUp.description;
    this.track = track;
    this.#dialogue = dialogue;
    this.#signal = signal;
    this.#url = sessionUrl;
    this.#channel = setUp.channel;
    this.#keepAliveMilliseconds = keepAliveInterval(setUp.timeoutSeconds);
    this.#keepAliveMethod = hasGetParameter ? 'GET_PARAMETER' : 'OPTIONS';
  }

  /**
   * Connects and sets up the first H.264 video, within 10 s.
   * @throws GatehouseError bad-input, camera-unreachable, camera-refused-credentials, camera-protocol-error, camera-no-video,
   *   camera-codec-unsupported, camera-silent, camera-closed-connection; the signal's reason when it is aborted
   */
  static async open(target: RtspTarget, options: { signal: AbortSignal }): Promise<RtspSession> {
    const { dialogue, result } = await openDialogue(target, options.signal, setUp);
    return new RtspSession(dialogue, result, options.signal);
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
  const description = await describeVideo(dialogue, signal);
  const answer = await dialogue.request('SETUP', description.trackUrl, {
    Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1',
  });
  const { channel = 0, isDatagrams } = parseTransportHeader(header(answer.headers, 'transport'));
  if (isDatagrams)
    throw transportRefused(dialogue.address, 'answered SETUP with UDP, though it was asked for TCP');
  const { id, timeoutSeconds } = parseSessionHeader(header(answer.headers, 'session'));
  dialogue.sessionId = id;
  return { description, channel, timeoutSeconds };
}

/** Twice within the session's timeout and earlier, since some cameras mean less than they say. */
function keepAliveInterval(timeoutSeconds: number): number {
  const milliseconds = (timeoutSeconds * 1_000) / 2 - keepAliveMarginMilliseconds;
  return Math.min(Math.max(milliseconds, shortestKeepAliveMilliseconds), longestKeepAliveMilliseconds);
}
