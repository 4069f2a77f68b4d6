import { ReceiverReporter } from '../rtsp/receiver-report.ts';
import type { RtpPacket } from '../rtsp/rtp-packet.ts';

const windowMilliseconds = 10_000;
/** A step beyond this is a clock that was set, and no delay. */
const longestDelayMilliseconds = 10_000;

/** How the packets of a stream came in. */
export interface StreamQuality {
  /** By the sequence numbers, since the meter was made; both 0 for what has none. */
  readonly packets: number;
  readonly lost: number;
  /** RFC 3550 section 6.4.1, milliseconds; null: no packets, or none with a time. */
  readonly jitter: number | null;
  /** How much later than the quickest packet the slowest one of ten seconds came, milliseconds; null as with `jitter`. */
  readonly delay: number | null;
}

/** Counts the packets of one stream over all its connections. */
export class StreamMeter {
  #reporter: ReceiverReporter | undefined;
  #clockRate = 1;
  /** Of connections that have ended. */
  #packetsBefore = 0;
  #lostBefore = 0;
  /** Arrival against timestamp of the first packet of the window; only differences count. */
  #reference: number | undefined;
  #least = 0;
  #most = 0;
  #windowSince = 0;
  #delay: number | null = null;

  /** A new connection. @param clockRate of the RTP timestamps, in Hz */
  begin(clockRate: number): void {
    this.end();
    this.#reporter = new ReceiverReporter(0, clockRate);
    this.#clockRate = clockRate;
  }

  /** @param now of `performance.now()` */
  count(packet: RtpPacket, now: number): void {
    this.#reporter?.count(packet, now);
    const transit = (now / 1_000) * this.#clockRate - packet.timestamp;
    if (this.#reference === undefined || now - this.#windowSince > windowMilliseconds) {
      if (this.#reference !== undefined) this.#delay = this.#most - this.#least;
      this.#reference = transit % 2 ** 32;
      this.#windowSince = now;
      this.#least = 0;
      this.#most = 0;
      return;
    }
    const late = ((((transit - this.#reference) % 2 ** 32) | 0) / this.#clockRate) * 1_000;
    if (Math.abs(late) > longestDelayMilliseconds) {
      this.#reference = undefined;
      return;
    }
    this.#least = Math.min(this.#least, late);
    this.#most = Math.max(this.#most, late);
  }

  /** The connection is gone. */
  end(): void {
    const { packets, lost } = this.quality;
    this.#packetsBefore = packets;
    this.#lostBefore = lost;
    this.#reporter = undefined;
    this.#reference = undefined;
    this.#delay = null;
  }

  get quality(): StreamQuality {
    const { expected, received, jitter } = this.#reporter?.figures ?? { expected: 0, received: 0, jitter: 0 };
    return {
      packets: this.#packetsBefore + expected,
      lost: this.#lostBefore + Math.max(0, expected - received),
      jitter: received === 0 ? null : jitter,
      delay: this.#delay,
    };
  }
}
