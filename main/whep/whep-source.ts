import {
  cameraError,
  closedConnection,
  noPackets,
  protocolError,
  unsupportedCodec,
} from '../rtsp/camera-errors.ts';
import type { RtpPacket } from '../rtsp/rtp-packet.ts';
import type { HearableAudio } from '../rtsp/session-audio.ts';
import { ReceivedMedia } from './received-media.ts';
import { ReceivingPeer } from './receiving-peer.ts';
import { WhepServer, type WhepTarget } from './whep-request.ts';

/** A camera that another console shares, or any WHEP endpoint: `whep://` and `wheps://`. */
export class WhepSource implements AsyncDisposable {
  readonly #server: WhepServer;
  readonly #signal: AbortSignal;
  readonly #peer: ReceivingPeer;
  readonly #media: ReceivedMedia;
  #session: string | undefined;

  private constructor(target: WhepTarget, signal: AbortSignal) {
    this.#server = new WhepServer(target);
    this.#signal = signal;
    const { address } = this.#server;
    this.#media = new ReceivedMedia(() => this.#peer.formats, signal, {
      noFirstPacket: (seconds) => {
        const sentence = `agreed to send video, but none came within ${seconds} s. Check that its camera plays there, and that UDP is let through between here and there.`;
        return cameraError('camera-silent', address, sentence);
      },
      silent: (seconds) => noPackets(address, seconds),
      closed: () => closedConnection(address),
      unsupported: (formats) => unsupportedCodec(address, formats),
    });
    this.#peer = new ReceivingPeer(this.#media.sink);
  }

  get codec(): 'H264' | 'H265' {
    return this.#media.codec;
  }

  get audio(): HearableAudio {
    return this.#media.audio;
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
    await this.#media.play(onPacket);
  }

  /** Hands on the packets of the sound from now on; null: nobody hears it. */
  hear(onPacket: ((packet: RtpPacket) => void) | null): void {
    this.#media.hear(onPacket);
  }

  requestKeyFrame(): void {
    this.#peer.requestKeyFrame();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#media[Symbol.dispose]();
    const session = this.#session;
    this.#session = undefined;
    await Promise.all([
      session === undefined ? Promise.resolve() : this.#server.close(session),
      this.#peer[Symbol.asyncDispose](),
    ]);
  }

  async #open(): Promise<void> {
    const { sdp, session } = await this.#server.open(await this.#peer.offer(), this.#signal);
    this.#session = session;
    try {
      await this.#peer.answer(sdp);
    } catch (error) {
      const what = 'answers in SDP that is not understood';
      throw protocolError(this.#server.address, what, 'Check its version.', error);
    }
    await this.#media.begin();
  }
}
