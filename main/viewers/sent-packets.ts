const firstCapacity = 64;
/** Packets; at 1,164 bytes each about 38 Mbit/s for a second. What is older than the newest so many is given up sooner. */
const maximumCapacity = 8_192;
/** A receiver that asks later would not show the picture any more. */
const keptMilliseconds = 1_000;
/** Times that one packet is sent again. */
const maximumRepeats = 8;

/** What it takes to send a packet again. */
export interface SentPacket {
  readonly sequenceNumber: number;
  readonly payload: Buffer;
  readonly timestamp: number;
  readonly marker: boolean;
}

interface Entry {
  sequenceNumber: number;
  payload: Buffer | undefined;
  timestamp: number;
  marker: boolean;
  sentAt: number;
  repeatedAt: number;
  repeats: number;
}

/**
 * The packets of the last second, for receivers that have lost some (RFC 4585 section 6.2.1). A ring by sequence number; it
 * grows when a second has more packets than it holds. Payloads are those of the GOP cache, shared by all viewers.
 */
export class SentPackets {
  #ring: Entry[] = Array.from({ length: firstCapacity }, emptyEntry);

  /** @param now milliseconds, of any clock that only rises */
  add(packet: SentPacket, now: number): void {
    let entry = this.#at(packet.sequenceNumber);
    while (
      entry.payload !== undefined &&
      now - entry.sentAt < keptMilliseconds &&
      this.#ring.length < maximumCapacity
    ) {
      this.#grow();
      entry = this.#at(packet.sequenceNumber);
    }
    entry.sequenceNumber = packet.sequenceNumber;
    entry.payload = packet.payload;
    entry.timestamp = packet.timestamp;
    entry.marker = packet.marker;
    entry.sentAt = now;
    entry.repeatedAt = Number.NEGATIVE_INFINITY;
    entry.repeats = 0;
  }

  /**
   * The packet to send again; undefined when it is no longer there, or was repeated a moment ago and may still be on its way.
   * @param roundTripMilliseconds a repetition needs this long to arrive, and to be known as lost again
   */
  takeForRepeat(sequenceNumber: number, now: number, roundTripMilliseconds: number): SentPacket | undefined {
    const entry = this.#at(sequenceNumber);
    if (entry.sequenceNumber !== sequenceNumber || entry.payload === undefined) return undefined;
    if (now - entry.sentAt > keptMilliseconds) return undefined;
    if (now - entry.repeatedAt < roundTripMilliseconds || entry.repeats >= maximumRepeats) return undefined;
    entry.repeatedAt = now;
    entry.repeats++;
    return entry as SentPacket;
  }

  /** Lets go of what nobody may ask for any more: payloads are parts of larger blocks of memory. */
  forgetOld(now: number): void {
    for (const entry of this.#ring) {
      if (now - entry.sentAt > keptMilliseconds) entry.payload = undefined;
    }
  }

  #at(sequenceNumber: number): Entry {
    return this.#ring[sequenceNumber & (this.#ring.length - 1)] as Entry;
  }

  /** Sequence numbers of the same place now have two: those that were there keep their entries. */
  #grow(): void {
    const before = this.#ring;
    this.#ring = Array.from({ length: before.length * 2 }, emptyEntry);
    for (const entry of before) {
      if (entry.payload !== undefined) {
        this.#ring[entry.sequenceNumber & (this.#ring.length - 1)] = entry;
      }
    }
  }
}

function emptyEntry(): Entry {
  return {
    sequenceNumber: -1,
    payload: undefined,
    timestamp: 0,
    marker: false,
    sentAt: Number.NEGATIVE_INFINITY,
    repeatedAt: Number.NEGATIVE_INFINITY,
    repeats: 0,
  };
}
