/** Packets; at 1,164 bytes each about 76 Mbit/s for a second. What is older than the newest so many is given up sooner. */
const maximumPackets = 8_192;
/** A receiver that asks later would not show the picture any more. */
const keptMilliseconds = 1_000;
/** Times that one packet is sent again. */
const maximumRepeats = 8;

/** An access unit as it was sent: its packets have consecutive sequence numbers. */
export interface SentFrame {
  /** Sequence number of its first packet. */
  readonly first: number;
  /** As they are in the GOP cache, which all viewers share. */
  readonly payloads: readonly Buffer[];
  /** The packets as they left, encrypted; only for a receiver that gets the very same ones again. */
  readonly datagrams: readonly Buffer[] | undefined;
  readonly timestamp: number;
  /** Of its last packet. */
  readonly marker: boolean;
}

/** What it takes to send a packet again. */
export interface SentPacket {
  readonly payload: Buffer;
  readonly datagram: Buffer | undefined;
  readonly timestamp: number;
  readonly marker: boolean;
}

interface Entry extends SentFrame {
  readonly sentAt: number;
  /** By place in the frame: of the few packets that were sent again. */
  repeats: Map<number, { count: number; at: number }> | undefined;
}

/** What was sent in the last second, for receivers that have lost some of it (RFC 4585 section 6.2.1); the newest is last. */
export class SentFrames {
  readonly #frames: Entry[] = [];
  #packets = 0;

  /**
   * @param frame goes on with the sequence number after the last one
   * @param now milliseconds, of any clock that only rises
   */
  add(frame: SentFrame, now: number): void {
    this.#frames.push({ ...frame, sentAt: now, repeats: undefined });
    this.#packets += frame.payloads.length;
    this.forgetOld(now);
    while (this.#packets > maximumPackets && this.#frames.length > 1) this.#forgetFirst();
  }

  /**
   * The packet to send again; undefined when it is no longer there, or was repeated a moment ago and may still be on its way.
   * @param roundTripMilliseconds a repetition needs this long to arrive, and to be known as lost again
   */
  takeForRepeat(sequenceNumber: number, now: number, roundTripMilliseconds: number): SentPacket | undefined {
    const frame = this.#frames.findLast(
      ({ first, payloads }) => ((sequenceNumber - first) & 0xffff) < payloads.length,
    );
    if (frame === undefined || now - frame.sentAt > keptMilliseconds) return undefined;
    const place = (sequenceNumber - frame.first) & 0xffff;
    const payload = frame.payloads[place];
    if (payload === undefined) return undefined;
    frame.repeats ??= new Map();
    const { count, at } = frame.repeats.get(place) ?? { count: 0, at: Number.NEGATIVE_INFINITY };
    if (now - at < roundTripMilliseconds || count >= maximumRepeats) return undefined;
    frame.repeats.set(place, { count: count + 1, at: now });
    const isLast = place === frame.payloads.length - 1;
    return {
      payload,
      datagram: frame.datagrams?.[place],
      timestamp: frame.timestamp,
      marker: frame.marker && isLast,
    };
  }

  /** Lets go of what nobody may ask for any more: payloads are parts of larger blocks of memory. */
  forgetOld(now: number): void {
    for (;;) {
      const oldest = this.#frames[0];
      if (oldest === undefined || now - oldest.sentAt <= keptMilliseconds) return;
      this.#forgetFirst();
    }
  }

  #forgetFirst(): void {
    this.#packets -= this.#frames.shift()?.payloads.length ?? 0;
  }
}
