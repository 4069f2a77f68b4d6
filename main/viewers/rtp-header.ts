/** Bytes of the fixed RTP header (RFC 3550 section 5.1). */
export const rtpHeaderBytes = 12;

/** Chromium shows a frame as soon as it is decoded when minimum and maximum delay are 0 (libwebrtc's playout-delay extension). */
export const playoutDelayUri = 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay';
/** Which media section of a bundle a packet belongs to (RFC 9143 section 15). */
const midUri = 'urn:ietf:params:rtp-hdrext:sdes:mid';
/** When a packet left, for receivers that estimate the bandwidth themselves and say it by REMB. */
const absSendTimeUri = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time';
/** Counts all packets of a window, for receivers that report when each came (transport-wide congestion control). */
const transportSequenceUri = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';

/** What a sender of pictures offers, by URI; of sound only that which bundles need. */
export const headerExtensionUris = {
  video: [midUri, playoutDelayUri, transportSequenceUri, absSendTimeUri],
  audio: [midUri],
} as const;

/** RFC 8285 section 4.2: identifiers of the one-byte form, and the most bytes that one of its elements has. */
const lastIdentifier = 14;
const maximumElementBytes = 16;
const oneByteProfile = 0xbede;

/**
 * The RTP header of one stream as it was negotiated: a template with everything that stays the same, and where in it lies
 * what does not. Sequence number and SSRC are written by whoever encrypts.
 */
export class RtpHeader {
  readonly #template: Buffer;
  readonly #sendTimeOffset: number | undefined;
  readonly #transportSequenceOffset: number | undefined;

  /**
   * @param extensions as negotiated; those that are not known or do not fit into the one-byte form are left out
   * @param mid of the media section; undefined: the receiver knows the SSRC already
   */
  constructor(
    payloadType: number,
    extensions: readonly { readonly id: number; readonly uri: string }[],
    mid: string | undefined,
  ) {
    const identifierOf = (wanted: string) =>
      extensions.find(({ id, uri }) => uri === wanted && id >= 1 && id <= lastIdentifier)?.id;
    const elements: number[] = [];
    /** @returns where its bytes begin in the header */
    const add = (identifier: number, bytes: Uint8Array): number => {
      elements.push((identifier << 4) | (bytes.length - 1));
      const offset = rtpHeaderBytes + 4 + elements.length;
      elements.push(...bytes);
      return offset;
    };
    const playoutDelay = identifierOf(playoutDelayUri);
    // Neither a least delay nor a largest one.
    if (playoutDelay !== undefined) add(playoutDelay, new Uint8Array(3));
    const transportSequence = identifierOf(transportSequenceUri);
    const absSendTime = identifierOf(absSendTimeUri);
    if (transportSequence !== undefined) {
      this.#transportSequenceOffset = add(transportSequence, new Uint8Array(2));
    } else if (absSendTime !== undefined) {
      // Only without the other one: a receiver estimates by one of them, and reports of every packet tell more.
      this.#sendTimeOffset = add(absSendTime, new Uint8Array(3));
    }
    const midIdentifier = identifierOf(midUri);
    const midBytes = Buffer.from(mid ?? '');
    if (midIdentifier !== undefined && midBytes.length > 0 && midBytes.length <= maximumElementBytes) {
      add(midIdentifier, midBytes);
    }
    const words = Math.ceil(elements.length / 4);
    this.#template = Buffer.alloc(rtpHeaderBytes + (words === 0 ? 0 : 4 + words * 4));
    this.#template[0] = words === 0 ? 0x80 : 0x90;
    this.#template[1] = payloadType;
    if (words === 0) return;
    this.#template.writeUInt16BE(oneByteProfile, rtpHeaderBytes);
    this.#template.writeUInt16BE(words, rtpHeaderBytes + 2);
    this.#template.set(elements, rtpHeaderBytes + 4);
  }

  /** In bytes. */
  get length(): number {
    return this.#template.length;
  }

  /** Whether each packet takes a number of those that the window counts over all its streams. */
  get countsTransport(): boolean {
    return this.#transportSequenceOffset !== undefined;
  }

  /**
   * Writes the header of one packet.
   * @param headers has room for it at `at`
   * @param timestamp 0 to 2^32 - 1
   * @param sentAt milliseconds since 1970; what leaves of it are 64 seconds in steps of 4 µs
   * @param transportSequence 0 to 65,535, of all packets of the window
   */
  write(
    headers: Buffer,
    at: number,
    timestamp: number,
    marker: boolean,
    sentAt: number,
    transportSequence: number,
  ): void {
    this.#template.copy(headers, at);
    if (marker) headers[at + 1] = (headers[at + 1] ?? 0) | 0x80;
    headers.writeUInt32BE(timestamp, at + 4);
    if (this.#transportSequenceOffset !== undefined) {
      headers.writeUInt16BE(transportSequence, at + this.#transportSequenceOffset);
    }
    if (this.#sendTimeOffset !== undefined) {
      // Seconds since 1900 and since 1970 are the same modulo 64.
      const fixedPoint = Math.floor(((sentAt % 64_000) / 1_000) * 2 ** 18) & 0xffffff;
      headers.writeUIntBE(fixedPoint, at + this.#sendTimeOffset, 3);
    }
  }
}
