import { GatehouseError } from '../base/gatehouse-error.ts';
import type { RtpPacket } from '../rtsp/rtp-packet.ts';
import type { HearableAudio } from '../rtsp/session-audio.ts';
import { ReceivedMedia } from '../whep/received-media.ts';
import type { ReceivedFormats } from '../whep/receiving-peer.ts';

/** Browsers send key frames only when they are asked: whoever comes later would have to decode all that came since the last one. */
const keyFrameMilliseconds = 4_000;

/** Who reads what a publisher sends. */
export interface PublishedSink {
  /** In the order in which they were sent; some may be missing. */
  video(packet: RtpPacket): void;
  audio(packet: RtpPacket): void;
  /** Nothing comes any more: it was ended, or the publisher is lost. */
  ended(how: 'ended' | 'lost'): void;
}

/** Somebody who sends to a camera now. */
export interface Publisher {
  /** Those that were agreed on, by payload type. */
  readonly formats: ReceivedFormats;
  /** Hands on what comes from now on, until it is disposed. */
  read(sink: PublishedSink): Disposable;
  requestKeyFrame(): void;
}

/** A camera that somebody publishes here over WHIP (RFC 9725): `whip://CAMERA`. The publisher outlives its source, and comes and goes. */
export class PublishedSource implements Disposable {
  readonly #publisher: Publisher;
  readonly #media: ReceivedMedia;
  readonly #reading: Disposable;
  readonly #asking: NodeJS.Timeout;

  private constructor(name: string, publisher: Publisher, signal: AbortSignal) {
    const error = (code: GatehouseError['code'], words: string) =>
      new GatehouseError(code, `${name}: ${words}`, { camera: name });
    this.#publisher = publisher;
    this.#media = new ReceivedMedia(() => publisher.formats, signal, {
      noFirstPacket: (seconds) =>
        error(
          'camera-silent',
          `somebody has come to send, but no picture came within ${seconds} s. Check that UDP is let through between the phone and this computer.`,
        ),
      silent: (seconds) =>
        error('camera-silent', `no picture has come for ${seconds} s. Check the phone and its network.`),
      closed: () =>
        error('camera-closed-connection', 'the phone has stopped sending. Open its link there again.'),
      unsupported: () =>
        error('camera-codec-unsupported', 'what is sent is neither H.264 nor H.265. Use another browser.'),
    });
    const { video, audio, failed } = this.#media.sink;
    this.#reading = publisher.read({
      video,
      audio,
      // Whoever ends it means to: that is no loss.
      ended: (how) => failed(how === 'ended' ? notPublished(name) : undefined),
    });
    publisher.requestKeyFrame();
    this.#asking = setInterval(() => publisher.requestKeyFrame(), keyFrameMilliseconds);
  }

  /**
   * Resolves with the first packet of the video: only then is its format known.
   * @param target `publisher`: undefined while nobody sends
   * @throws GatehouseError camera-not-published, camera-silent, camera-closed-connection, camera-codec-unsupported; the signal's
   *   reason when it is aborted
   */
  static async open(
    { name, publisher }: { readonly name: string; readonly publisher: Publisher | undefined },
    { signal }: { signal: AbortSignal },
  ): Promise<PublishedSource> {
    if (publisher === undefined) throw notPublished(name);
    const source = new PublishedSource(name, publisher, signal);
    try {
      await source.#media.begin();
      // Of a publisher that has only just come nobody could be asked before.
      publisher.requestKeyFrame();
      return source;
    } catch (error) {
      source[Symbol.dispose]();
      signal.throwIfAborted();
      throw error;
    }
  }

  get codec(): 'H264' | 'H265' {
    return this.#media.codec;
  }

  get audio(): HearableAudio {
    return this.#media.audio;
  }

  /**
   * Until the signal is aborted, which resolves. Only once.
   * @throws GatehouseError camera-not-published, camera-silent, camera-closed-connection; what `onPacket` throws
   */
  async play(onPacket: (packet: RtpPacket) => void): Promise<void> {
    await this.#media.play(onPacket);
  }

  hear(onPacket: ((packet: RtpPacket) => void) | null): void {
    this.#media.hear(onPacket);
  }

  requestKeyFrame(): void {
    this.#publisher.requestKeyFrame();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#asking);
    this.#reading[Symbol.dispose]();
    this.#media[Symbol.dispose]();
  }
}

function notPublished(name: string): GatehouseError {
  const words = `Nobody sends to ${name} now. Open its link on the phone.`;
  return new GatehouseError('camera-not-published', words, { camera: name });
}
