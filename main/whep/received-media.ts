import { type AudioCodec, audioCodecs } from '../contract/codecs.ts';
import type { RtpPacket } from '../rtsp/rtp-packet.ts';
import type { HearableAudio } from '../rtsp/session-audio.ts';
import type { PeerSink, ReceivedFormats } from './receiving-peer.ts';

/** ICE, DTLS, and at the other end the camera may have to be dialled first. */
const firstPacketMilliseconds = 10_000;
/** A sender with sound sends it soon after the first picture; which of the formats it is only its packets say. */
const soundMilliseconds = 1_000;
const silenceMilliseconds = 4_000;
/** Packets of the first pictures, until `play` begins. */
const maximumEarly = 2_048;

/** What its errors say, for whoever knows who sends. */
interface MediaErrors {
  /** Agreed to send, and nothing came. */
  noFirstPacket(seconds: number): Error;
  /** Nothing comes any more. */
  silent(seconds: number): Error;
  /** Or it sends another format now: a new session finds out which. */
  closed(): Error;
  /** @param formats names of what comes instead */
  unsupported(formats: string[]): Error;
}

/** What comes in over a `ReceivingPeer`, as a source hands it on. */
export class ReceivedMedia implements Disposable {
  readonly #formats: () => ReceivedFormats;
  readonly #signal: AbortSignal;
  readonly #errors: MediaErrors;
  readonly #ended = Promise.withResolvers<never>();
  readonly #firstVideo = Promise.withResolvers<RtpPacket>();
  readonly #firstAudio = Promise.withResolvers<RtpPacket>();
  #early: RtpPacket[] = [];
  #onVideo: ((packet: RtpPacket) => void) | undefined;
  #onAudio: ((packet: RtpPacket) => void) | null = null;
  #silence: NodeJS.Timeout | undefined;
  codec: 'H264' | 'H265' = 'H264';
  audio: HearableAudio = { kind: 'no-audio' };
  readonly sink: PeerSink = {
    video: (packet) => this.#take(packet),
    audio: (packet) => {
      this.#firstAudio.resolve(packet);
      this.#onAudio?.(packet);
    },
    failed: (reason) => this.#ended.reject(reason ?? this.#errors.closed()),
  };

  /** @param formats those that were agreed on, asked when something comes */
  constructor(formats: () => ReceivedFormats, signal: AbortSignal, errors: MediaErrors) {
    this.#formats = formats;
    this.#signal = signal;
    this.#errors = errors;
    this.#ended.promise.catch(() => {});
  }

  /**
   * Resolves with the first packet of the video: only then is its format known.
   * @throws what `errors` say; the signal's reason when it is aborted
   */
  async begin(): Promise<void> {
    const first = await this.#within(firstPacketMilliseconds, this.#firstVideo.promise);
    if (first === undefined) throw this.#errors.noFirstPacket(firstPacketMilliseconds / 1_000);
    const formats = this.#formats();
    const video = formats.get(first.payloadType)?.name;
    if (video !== 'H264' && video !== 'H265')
      throw this.#errors.unsupported(video === undefined ? [] : [video]);
    this.codec = video;
    if (![...formats.values()].some(({ name }) => isAudio(name))) return;
    const sound = await this.#within(soundMilliseconds, this.#firstAudio.promise);
    const format = sound === undefined ? undefined : formats.get(sound.payloadType);
    if (sound === undefined || format === undefined || !isAudio(format.name)) return;
    const { name: codec, clockRate } = format;
    this.audio = { kind: 'playable', track: { payloadType: sound.payloadType, codec, clockRate } };
  }

  /** Until the signal is aborted, which resolves. Only once. @throws what `errors` say; what `onPacket` throws */
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
      () => this.#ended.reject(this.#errors.silent(silenceMilliseconds / 1_000)),
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

  [Symbol.dispose](): void {
    clearTimeout(this.#silence);
    this.#onVideo = () => {};
    this.#onAudio = null;
  }

  /** Undefined when it takes longer. @throws what ends it; the signal's reason */
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
    const name = this.#formats().get(packet.payloadType)?.name;
    if (name === this.codec) this.#onVideo(packet);
    else if (name === 'H264' || name === 'H265') this.#ended.reject(this.#errors.closed());
  }
}

function isAudio(name: string): name is AudioCodec {
  return (audioCodecs as readonly string[]).includes(name);
}
