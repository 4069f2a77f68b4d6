import { GatehouseError } from '../base/gatehouse-error.ts';
import { noDatagrams, noPackets } from './camera-errors.ts';
import type { RtpPacket } from './rtp-packet.ts';
import type { RtspDialogue, RtspTarget } from './rtsp-dialogue.ts';
import { header, type RtspResponse } from './rtsp-message.ts';
import { type HearableAudio, SessionAudio, SpoiltByAudioError } from './session-audio.ts';
import type { VideoTrack } from './session-description.ts';
import { parseSessionHeader } from './session-headers.ts';
import { SourceFilter } from './source-filter.ts';
import { type RtspTransport, setUpTrack, type TrackTransport } from './track-transport.ts';
import { describeVideo, openDialogue, type VideoDescription } from './video-description.ts';

export type { HearableAudio, RtspTarget, RtspTransport };

/** A silent camera is noticed within 5 s: after this and one look. */
const silenceMilliseconds = 4_000;
/** Where UDP was agreed and a firewall swallows it: another way is tried after this. */
const datagramMilliseconds = 3_000;
const lookMilliseconds = 500;
const shortestKeepAliveMilliseconds = 500;
const longestKeepAliveMilliseconds = 25_000;
const keepAliveMarginMilliseconds = 1_000;
const teardownMilliseconds = 1_000;
const videoChannel = 0;

interface SessionOptions {
  readonly signal: AbortSignal;
  readonly transport?: RtspTransport;
  readonly longestKeepAliveMilliseconds?: number;
}

interface SetUp {
  readonly description: VideoDescription;
  readonly transport: TrackTransport;
  readonly audio: SessionAudio;
}

/** One stream of one camera (RFC 2326). `open` gives a session that is ready to play, disposing it says goodbye. */
export class RtspSession implements AsyncDisposable {
  readonly track: VideoTrack;
  readonly #dialogue: RtspDialogue;
  readonly #signal: AbortSignal;
  readonly #url: string;
  readonly #transport: TrackTransport;
  readonly #audio: SessionAudio;
  /** From one keep-alive to the next. */
  readonly keepAliveMilliseconds: number;
  #keepAliveMethod: 'GET_PARAMETER' | 'OPTIONS';

  private constructor(
    dialogue: RtspDialogue,
    { description, transport, audio }: SetUp,
    signal: AbortSignal,
    longestKeepAlive: number,
  ) {
    const { track, sessionUrl, hasGetParameter } = description;
    this.track = track;
    this.#dialogue = dialogue;
    this.#signal = signal;
    this.#url = sessionUrl;
    this.#transport = transport;
    this.#audio = audio;
    this.keepAliveMilliseconds = Math.min(keepAliveInterval(transport.timeoutSeconds), longestKeepAlive);
    this.#keepAliveMethod = hasGetParameter ? 'GET_PARAMETER' : 'OPTIONS';
  }

  /**
   * Connects and sets up the first H.264 video, and the sound beside it if there is some, within 10 s. Over TLS the packets
   * come over TCP, whatever is wanted.
   * @param options.transport the way that is wanted, TCP when left out
   * @param options.longestKeepAliveMilliseconds for a camera that wants to hear from us more often than it says
   * @throws GatehouseError bad-input, camera-unreachable, camera-refused-credentials, camera-protocol-error, camera-no-video,
   *   camera-codec-unsupported, camera-silent, camera-closed-connection, camera-busy, camera-certificate-untrusted,
   *   camera-transport-refused (another transport may do); the signal's reason when it is aborted
   */
  static async open(target: RtspTarget, options: SessionOptions): Promise<RtspSession> {
    try {
      return await RtspSession.#open(target, options, true);
    } catch (error) {
      if (!(error instanceof SpoiltByAudioError)) throw error;
      // It ends the connection, or says nothing more, after SETUP of its sound.
      return await RtspSession.#open(target, options, false);
    }
  }

  static async #open(target: RtspTarget, options: SessionOptions, withAudio: boolean): Promise<RtspSession> {
    const { signal, transport: wanted = 'tcp', longestKeepAliveMilliseconds: longest = Infinity } = options;
    const { dialogue, result } = await openDialogue(target, signal, async (opened, opening) => {
      const description = await describeVideo(opened, opening);
      const { track, trackUrl: url } = description;
      const request = { url, clockRate: track.clockRate, channel: videoChannel };
      const transport = await setUpTrack(opened, request, opened.isSecure ? 'tcp' : wanted);
      try {
        const audio = withAudio
          ? await SessionAudio.setUp(opened, description.audio, transport)
          : SessionAudio.refused(description.audio);
        return { description, transport, audio };
      } catch (error) {
        transport[Symbol.dispose]();
        throw error;
      }
    });
    return new RtspSession(dialogue, result, signal, longest);
  }

  /** What there is to hear beside the video. */
  get audio(): HearableAudio {
    return this.#audio.hearable;
  }

  /** Hands on the packets of the sound from now on, while the video plays; null: they are dropped unread. */
  hear(onPacket: ((packet: RtpPacket) => void) | null): void {
    this.#audio.hear(onPacket);
  }

  /** The way that was agreed, which the camera may have decided. */
  get transport(): RtspTransport {
    return this.#transport.kind;
  }

  /** Over TLS with methods that are not secure any more. */
  get isOldEncryption(): boolean {
    return this.#dialogue.isOldEncryption;
  }

  /**
   * Plays until the signal is aborted, which resolves. Only once.
   * @param onPacket gets every packet of the track, in the order of arrival; should it throw, playing ends with that
   * @throws GatehouseError camera-silent (4 s without a packet), camera-transport-refused (UDP was agreed and nothing came
   *   in 3 s), camera-closed-connection, camera-protocol-error, camera-busy
   */
  async play(onPacket: (packet: RtpPacket) => void): Promise<void> {
    if (this.#signal.aborted) return;
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
    const stop = () => {
      this.#disposeTracks();
      resolve();
    };
    this.#signal.addEventListener('abort', stop);
    void this.#dialogue.closed.then(reject);
    const sources = new SourceFilter(this.#transport.ssrc);
    let heardAt = 0;
    let hasHeard = false;
    const onTrackPacket = (packet: RtpPacket) => {
      // Geovision mixes in packets of payload type 50.
      if (packet.payloadType !== this.track.payloadType) return;
      heardAt = performance.now();
      hasHeard = true;
      for (const accepted of sources.accept(packet)) if (!this.#signal.aborted) onPacket(accepted);
    };
    // Listening before PLAY is answered: Reolink sends the first packets ahead of the answer.
    this.#transport.receive((packet) => {
      try {
        onTrackPacket(packet);
      } catch (error) {
        // Nothing that one camera sends may end the process, which has other cameras.
        this.#transport[Symbol.dispose]();
        reject(GatehouseError.from(error));
      }
    });
    this.#audio.start();
    let clock: NodeJS.Timeout | undefined;
    try {
      // The answer's RTP-Info is not read: it is wrong too often, and nothing needs it.
      const playing = this.#dialogue.request('PLAY', this.#url, { Range: 'npt=0.000-' });
      const answer = await Promise.race([ended, playing]);
      if (answer !== undefined) this.#takeSession(answer);
      heardAt = performance.now();
      let keptAliveAt = heardAt;
      clock = setInterval(() => {
        const now = performance.now();
        const silence = now - heardAt;
        if (this.transport === 'udp' && !hasHeard && silence >= datagramMilliseconds) {
          reject(noDatagrams(this.#dialogue.address, datagramMilliseconds / 1_000));
        } else if (silence >= silenceMilliseconds) {
          reject(noPackets(this.#dialogue.address, silenceMilliseconds / 1_000));
        }
        if (now - keptAliveAt >= this.keepAliveMilliseconds) {
          keptAliveAt = now;
          this.#keepAlive();
        }
      }, lookMilliseconds);
      await ended;
    } finally {
      clearInterval(clock);
      this.#signal.removeEventListener('abort', stop);
      this.#disposeTracks();
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
      this.#disposeTracks();
      this.#dialogue.destroy();
    }
  }

  #disposeTracks(): void {
    this.#transport[Symbol.dispose]();
    this.#audio[Symbol.dispose]();
  }

  /** Some cameras give the session another id with every answer: the newest counts. */
  #takeSession(answer: RtspResponse): void {
    const { id } = parseSessionHeader(header(answer.headers, 'session'));
    if (id !== undefined) this.#dialogue.sessionId = id;
  }

  /** Not waited for: some cameras never answer it and play on. */
  #keepAlive(): void {
    const forgetGetParameter = ({ status }: RtspResponse) => {
      if (status >= 400) this.#keepAliveMethod = 'OPTIONS';
    };
    this.#dialogue.exchange(this.#keepAliveMethod, this.#url).then(forgetGetParameter, () => {});
  }
}

/** Twice within the session's timeout and earlier, since some cameras mean less than they say. */
function keepAliveInterval(timeoutSeconds: number): number {
  const milliseconds = (timeoutSeconds * 1_000) / 2 - keepAliveMarginMilliseconds;
  return Math.min(Math.max(milliseconds, shortestKeepAliveMilliseconds), longestKeepAliveMilliseconds);
}
