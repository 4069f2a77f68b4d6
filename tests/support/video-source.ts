import type { LiveStream } from '../../main/media/live-stream.ts';

const parameterSets = [Buffer.from([0x67, 0x64, 0x00, 0x1f]), Buffer.from([0x68, 0xee, 0x3c, 0x80])];

/** Feeds a stream with H.264 RTP packets at 15 frames/s; the pictures cannot be decoded, but forwarded they can be. */
export class VideoSource {
  readonly #stream: LiveStream;
  readonly #ssrc: number;
  /** Of the next picture. */
  frameBytes: number;
  #sequenceNumber = 0;
  #timestamp: number;
  #now: number;

  constructor(
    stream: LiveStream,
    options: { timestamp?: number; ssrc?: number; frameBytes?: number; now?: number } = {},
  ) {
    this.#stream = stream;
    this.#timestamp = options.timestamp ?? 90_000;
    this.#ssrc = options.ssrc ?? 1;
    this.frameBytes = options.frameBytes ?? 300;
    this.#now = options.now ?? performance.now();
  }

  /** Nothing is sent for so long. */
  skip(milliseconds: number): void {
    this.#now += milliseconds;
    this.#timestamp = (this.#timestamp + milliseconds * 90) % 2 ** 32;
  }

  send(...kinds: ('key' | 'delta')[]): void {
    for (const kind of kinds) {
      const slice = Buffer.alloc(this.frameBytes, 0x55);
      slice[0] = kind === 'key' ? 0x65 : 0x41;
      slice[1] = 0x80;
      const payloads = kind === 'key' ? [...parameterSets, slice] : [slice];
      payloads.forEach((payload, index) => {
        this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
        const packet = {
          payloadType: 96,
          marker: index === payloads.length - 1,
          sequenceNumber: this.#sequenceNumber,
          timestamp: this.#timestamp,
          ssrc: this.#ssrc,
          payload,
        };
        this.#stream.push(packet, this.#now);
      });
      this.#timestamp = (this.#timestamp + 6_000) % 2 ** 32;
      this.#now += 1_000 / 15;
    }
  }
}
