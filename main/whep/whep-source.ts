import { type AudioCodec, audioCodecs } from '../contract/codecs.ts';
import {
  cameraError,
  closedConnection,
  noPackets,
  protocolError,
  unsupportedCodec,
} from '../rtsp/camera-errors.ts';
import type { RtpPacket } from '../rtsp/rtp-packet.ts';
import type { HearableAudio } from '../rtsp/session-audio.ts';
import { ReceivingPeer } from './receiving-peer.ts';
import { WhepServer, type WhepTarget } from './whep-request.ts';

/** From the answer to the first picture: ICE, DTLS, and at the other end the camera may have to be dialled first. */
const firstPacketMilliseconds = 10_000;
/** A sender with sound sends it soon after the first picture; which of the formats it is only its packets say. */
const soundMilliseconds = 1_000;
const silenceMilliseconds = 4_000;
/** Packets of the first pictures, until `play` begins. */
const maximumEarly = 2_048;

/** A camera that another console shares, or any WHEP endpoint: `whep://` and `wheps://`. */
export class WhepSource implements AsyncDisposable {
  readonly #server: WhepServer;
  readonly #signal: AbortSignal;
  readonly #peer: ReceivingPeer;
  readonly #ended = Promise.withResolvers<never>();
  readonly #firstVideo = Promise.withResolvers<RtpPacket>();
  readonly #firstAudio = Promise.withResolvers<RtpPacket>();
  #session: string | undefined;
  #early: RtpPacket[] = [];
  #onVideo: ((packet: RtpPacket) => void) | undefined;
  #onAudio: ((packet: RtpPacket) => void) | null = null;
  #silence: NodeJS.Timeout | undefined;
  codec: 'H264' | 'H265' = 'H264';
  audio: HearableAudio = { kind: 'no-audio' };

  private constructor(target: WhepTarget, signal: AbortSignal) {
    this.#server = new WhepServer(target);
    this.#signal = signal;
    this.#ended.promise.catch(() => {});
    this.#peer = new ReceivingPeer({
      video: (packet) => this.#take(packet),
      audio: (packet) => {
        this.#firstAudio.resolve(packet);
        this.#onAudio?.(packet);
      },
      failed: () => this.#ended.reject(closedConnection(this.#server.address)),
    });
  }

  /** Over TLS with methods that are not secure any more. */
  get isOldEncryption(): boolean {
    return this.#server.isOldEncryption;
  }

  /**
   * Resolves with the first packet of the video: only then is its format known.
   * @throws GatehouseError as `WhepServer.open`, camera-silent, camera-closed-connection, camera-codec-unsupported; the signal's
   *   reason when it is aborted
   */
  static async open(target: WhepTarget, options: { signal: AbortSignal }): Promise<WhepSource> {
    const source = new WhepSource(target, options.signal);
    try {
      await source.#open();
      return source;
    } catch (error) {
      await source[Symbol.asyncDispose]();
      options.signal.throwIfAborted();
      throw error;
    }
  }

  /**
   * Until the signal is aborted, which resolves. Only once.
   * @throws GatehouseError camera-silent, camera-closed-connection; what `onPacket` throws
   */
  async play(onPacket: (packet: RtpPacket) => void): Promise<void> {
    const aborted = Promise.withResolvers<void>();
    const stop = () => aborted.resolve();
    this.#signal.addEventListener('abort', stop);
    if (this.#signal.aborted) stop();
    this.#onVideo = (packet) => {
      try {
        onPacket(packet);
      } catch (error) {
        this.#ended.reject(error);
      }
    };
    this.#silence = setTimeout(
      () => this.#ended.reject(noPackets(this.#server.address, silenceMilliseconds / 1_000)),
      silenceMilliseconds,
    );
    for (const packet of this.#early.splice(0)) this.#onVideo(packet);
    try {
      await Promise.race([aborted.promise, this.#ended.promise]);
    } finally {
      this.#signal.removeEventListener('abort', stop);
      this.#onVideo = () => {};
      clearTimeout(this.#silence);
    }
  }

  /** Hands on the packets of the sound from now on; null: nobody hears it. */
  hear(onPacket: ((packet: RtpPacket) => void) | null): void {
    const { audio } = this;
    if (audio.kind !== 'playable') return;
    const { payloadType } = audio.track;
    this.#onAudio =
      onPacket === null
        ? null
        : (packet) => {
            try {
              if (packet.payloadType === payloadType) onPacket(packet);
            } catch {
              // Nothing that is sent as sound may end the picture.
              this.#onAudio = null;
            }
          };
  }

  requestKeyFrame(): void {
    this.#peer.requestKeyFrame();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#silence);
    const session = this.#session;
    this.#session = undefined;
    await Promise.all([
      session === undefined ? Promise.resolve() : this.#server.close(session),
      this.#peer[Symbol.asyncDispose](),
    ]);
  }

  async #open(): Promise<void> {
    const { address } = this.#server;
    const { sdp, session } = await this.#server.open(await this.#peer.offer(), this.#signal);
    this.#session = session;
    try {
      await this.#peer.answer(sdp);
    } catch (error) {
      throw protocolError(address, 'answers in SDP that is not understood', 'Check its version.', error);
    }
    const formats = this.#peer.formats;
    const first = await this.#within(firstPacketMilliseconds, this.#firstVideo.promise);
    if (first === undefined) {
      const sentence = `agreed to send video, but none came within ${firstPacketMilliseconds / 1_000} s. Check that its camera plays there, and that UDP is let through between here and there.`;
      throw cameraError('camera-silent', address, sentence);
    }
    const video = formats.get(first.payloadType)?.name;
    if (video !== 'H264' && video !== 'H265')
      throw unsupportedCodec(address, video === undefined ? [] : [video]);
    this.codec = video;
    if (![...formats.values()].some(({ name }) => isAudio(name))) return;
    const sound = await this.#within(soundMilliseconds, this.#firstAudio.promise);
    const format = sound === undefined ? undefined : formats.get(sound.payloadType);
    if (sound === undefined || format === undefined || !isAudio(format.name)) return;
    const { name: codec, clockRate } = format;
    this.audio = { kind: 'playable', track: { payloadType: sound.payloadType, codec, clockRate } };
  }

  /** Undefined when it takes longer. @throws GatehouseError when the connection ends; the signal's reason */
  async #within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result | undefined> {
    const late = Promise.withResolvers<undefined>();
    const stop = () => late.reject(this.#signal.reason);
    const timer = setTimeout(() => late.resolve(undefined), milliseconds);
    this.#signal.addEventListener('abort', stop);
    if (this.#signal.aborted) stop();
    try {
      return await Promise.race([work, late.promise, this.#ended.promise]);
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener('abort', stop);
    }
  }

  #take(packet: RtpPacket): void {
    if (this.#onVideo === undefined) {
      if (this.#early.length >= maximumEarly) this.#early = [];
      this.#early.push(packet);
      this.#firstVideo.resolve(packet);
      return;
    }
    this.#silence?.refresh();
    const name = this.#peer.formats.get(packet.payloadType)?.name;
    if (name === this.codec) this.#onVideo(packet);
    // The camera at the other end sends another format now: a new session finds out which.
    else if (name === 'H264' || name === 'H265') this.#ended.reject(closedConnection(this.#server.address));
  }
}

function isAudio(name: string): name is AudioCodec {
  return (audioCodecs as readonly string[]).includes(name);
}
