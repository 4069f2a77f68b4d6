import { GatehouseError } from '../base/gatehouse-error.ts';
import type { AudioCodec } from '../contract/codecs.ts';
import type { ErrorCode } from '../contract/error-codes.ts';
import type { AudioTrack } from './audio-description.ts';
import { noAnswer } from './camera-errors.ts';
import type { RtpPacket } from './rtp-packet.ts';
import type { RtspDialogue } from './rtsp-dialogue.ts';
import { SourceFilter } from './source-filter.ts';
import { setUpTrack, type TrackTransport } from './track-transport.ts';
import type { OfferedAudio } from './video-description.ts';

/** What there is to hear of a stream. */
export type HearableAudio =
  | { readonly kind: 'playable'; readonly track: AudioTrack }
  /** The camera describes it and does not send it. */
  | { readonly kind: 'refused'; readonly codec: AudioCodec }
  /** In a format that is not understood. */
  | { readonly kind: 'unsupported'; readonly codecs: readonly string[] }
  | { readonly kind: 'no-audio' };

/** The video's channels are 0 and 1. */
const channel = 2;
/** The picture does not wait for longer: cameras exist that never answer a second SETUP. */
const setUpMilliseconds = 3_000;
/** After these nothing more can be said on the connection. */
const fatalErrors: ReadonlySet<ErrorCode> = new Set(['camera-closed-connection', 'camera-silent']);

/** SETUP of the sound spoilt the connection: the picture is to be had on another one, without sound. */
export class SpoiltByAudioError extends Error {}

/**
 * The sound of a session, set up together with the picture, since many cameras refuse a SETUP while they play. As long as
 * nobody hears it, its packets are dropped where they are found.
 */
export class SessionAudio implements Disposable {
  readonly hearable: HearableAudio;
  readonly #transport: TrackTransport | undefined;
  #isHeard = false;
  #disposed = false;

  private constructor(hearable: HearableAudio, transport?: TrackTransport) {
    this.hearable = hearable;
    this.#transport = transport;
  }

  /**
   * SETUP, where there is something to hear. Refused sound is no reason to have no picture.
   * @param video way of the video, which that of the sound follows
   * @throws SpoiltByAudioError
   */
  static async setUp(
    dialogue: RtspDialogue,
    offered: OfferedAudio,
    video: TrackTransport,
  ): Promise<SessionAudio> {
    if (offered.kind !== 'playable') return new SessionAudio(offered);
    const { track, trackUrl } = offered;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(noAnswer(dialogue.address, 'SETUP', setUpMilliseconds / 1_000)),
      setUpMilliseconds,
    );
    try {
      const request = { url: trackUrl, clockRate: track.clockRate, channel };
      const settingUp = setUpTrack(dialogue, request, video.kind);
      const transport = await Promise.race([settingUp, late.promise]).catch((error: unknown) => {
        // It may yet be answered: its ports are not needed any more then.
        settingUp.then(
          (unused) => unused[Symbol.dispose](),
          () => {},
        );
        throw error;
      });
      if (transport.channel === undefined || transport.channel !== video.channel) {
        return new SessionAudio({ kind: 'playable', track }, transport);
      }
      // Mixed into the video's channel.
      transport[Symbol.dispose]();
    } catch (error) {
      if (fatalErrors.has(GatehouseError.from(error).code)) throw new SpoiltByAudioError();
    } finally {
      clearTimeout(timer);
    }
    return SessionAudio.refused(offered);
  }

  /** Without SETUP, on a camera that cannot stand one. */
  static refused(offered: OfferedAudio): SessionAudio {
    return new SessionAudio(
      offered.kind === 'playable' ? { kind: 'refused', codec: offered.track.codec } : offered,
    );
  }

  /** The session begins to play. */
  start(): void {
    if (!this.#isHeard) this.#transport?.receive(null);
  }

  /** Hands on the packets of the sound from now on; null: nobody hears it. Should `onPacket` throw, nobody does. */
  hear(onPacket: ((packet: RtpPacket) => void) | null): void {
    const { hearable } = this;
    const transport = this.#transport;
    if (transport === undefined || hearable.kind !== 'playable' || this.#disposed) return;
    this.#isHeard = onPacket !== null;
    if (onPacket === null) {
      transport.receive(null);
      return;
    }
    const { payloadType } = hearable.track;
    const sources = new SourceFilter(transport.ssrc);
    transport.receive((packet) => {
      // Comfort noise and events have payload types of their own.
      if (packet.payloadType !== payloadType) return;
      try {
        for (const accepted of sources.accept(packet)) onPacket(accepted);
      } catch {
        // Nothing that a camera sends as sound may end its picture.
        transport.receive(null);
      }
    });
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#transport?.[Symbol.dispose]();
  }
}
