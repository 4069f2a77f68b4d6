import type { AudioStream } from '../../main/media/audio-stream.ts';
import type { AudioTrack } from '../../main/rtsp/audio-description.ts';
import type { RtpPacket } from '../../main/rtsp/rtp-packet.ts';

/** The tracks that browsers know, as cameras describe them. */
export const tracks = {
  pcmu: { payloadType: 0, codec: 'PCMU', clockRate: 8_000 },
  pcma: { payloadType: 8, codec: 'PCMA', clockRate: 8_000 },
  g722: { payloadType: 9, codec: 'G722', clockRate: 8_000 },
  opus: { payloadType: 97, codec: 'OPUS', clockRate: 48_000 },
} as const satisfies Readonly<Record<string, AudioTrack>>;

/** AAC, as cameras describe it: no browser takes it on a track. */
export const aacTrack = {
  payloadType: 97,
  codec: 'MPEG4-GENERIC',
  clockRate: 16_000,
  aac: {
    config: Buffer.from('1408', 'hex'),
    channels: 1,
    ticksPerUnit: 1_024,
    sizeLength: 13,
    indexLength: 3,
    indexDeltaLength: 3,
  },
} as const satisfies AudioTrack;

/** Feeds the sound of a stream, as a camera whose packets come only while somebody listens. */
export class AudioSource {
  readonly #stream: AudioStream;
  readonly #ticks: number;
  #onPacket: ((packet: RtpPacket) => void) | null = null;
  #sequenceNumber = 65_534;
  #timestamp: number;

  /** @param options.ticks from packet to packet; 20 ms of 8 kHz when left out */
  constructor(
    stream: AudioStream,
    track: AudioTrack = tracks.pcmu,
    options: { timestamp?: number; ticks?: number } = {},
  ) {
    this.#stream = stream;
    this.#timestamp = options.timestamp ?? 2 ** 32 - 100;
    this.#ticks = options.ticks ?? 160;
    this.begin(track);
  }

  /** Whether the camera is asked for its sound. */
  get isHeard(): boolean {
    return this.#onPacket !== null;
  }

  /** A new connection of the camera. */
  begin(track: AudioTrack, timestamp = this.#timestamp): void {
    this.#onPacket = null;
    this.#timestamp = timestamp;
    this.#stream.begin(track, (onPacket) => {
      this.#onPacket = onPacket;
    });
  }

  /** Packets, one behind the other. */
  send(...payloads: Buffer[]): void {
    for (const payload of payloads) {
      this.#onPacket?.({
        payloadType: 0,
        marker: false,
        sequenceNumber: this.#sequenceNumber,
        timestamp: this.#timestamp,
        ssrc: 1,
        payload,
      });
      this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
      this.#timestamp = (this.#timestamp + this.#ticks) % 2 ** 32;
    }
  }
}
