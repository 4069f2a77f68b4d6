import { createCipheriv, createHmac, type KeyObject } from 'node:crypto';
import { type GcmSealer, gcmNonceBytes } from './gcm-sealer.ts';

const hmacTagBytes = 10;
/** Half of all sequence numbers: a receiver that misses the first packets must not take them for ones after a wrap. */
const firstSequenceNumbers = 0x8000;

/** What one side encrypts its packets with: session keys, already derived from those of DTLS (RFC 3711 section 4.3). */
export type SrtpKeys =
  /** AEAD_AES_128_GCM (RFC 7714). `salt`: 12 bytes */
  | { readonly profile: 'gcm'; readonly sealer: GcmSealer; readonly salt: Buffer }
  /** AES_CM_128_HMAC_SHA1_80 (RFC 3711). `salt`: 14 bytes */
  | {
      readonly profile: 'counter-mode';
      readonly key: KeyObject;
      readonly salt: Buffer;
      readonly authenticationKey: KeyObject;
    };

/**
 * The packets of one SSRC, encrypted. It alone counts them: sequence number and rollover counter, of which the nonce is made,
 * only ever rise, and nobody else can set them. So no nonce is used twice, as long as an SSRC has one stream for its key:
 * `MediaTransport` sees to that.
 */
export class SrtpStream {
  readonly ssrc: number;
  readonly #keys: SrtpKeys;
  readonly #firstVector: Buffer;
  readonly #vector: Buffer;
  #sequenceNumber: number;
  #rollovers = 0;

  /** @param sequenceNumber of the first packet; left out: a random one */
  constructor(
    keys: SrtpKeys,
    ssrc: number,
    sequenceNumber = Math.floor(Math.random() * firstSequenceNumbers),
  ) {
    this.ssrc = ssrc;
    this.#keys = keys;
    this.#sequenceNumber = (sequenceNumber - 1) & 0xffff;
    if (this.#sequenceNumber === 0xffff) this.#rollovers = -1;
    // Salt and SSRC stay; what counts lies in bytes 6 to 11 (RFC 7714 section 8.1) or 8 to 13 (RFC 3711 section 4.1.1).
    this.#firstVector = Buffer.alloc(keys.profile === 'gcm' ? gcmNonceBytes : 16);
    keys.salt.copy(this.#firstVector);
    const ssrcOffset = keys.profile === 'gcm' ? 2 : 4;
    this.#firstVector.writeUInt32BE((this.#firstVector.readUInt32BE(ssrcOffset) ^ ssrc) >>> 0, ssrcOffset);
    this.#vector = Buffer.from(this.#firstVector);
  }

  /** Of the packet that was encrypted last. */
  get sequenceNumber(): number {
    return this.#sequenceNumber;
  }

  /**
   * Encrypts packets, in this order.
   * @param headers one behind the other; sequence numbers and SSRC are written here
   * @param headerBytes of each: 12 and what extensions there are
   * @param payloads one for each header; they are not changed
   * @returns for each what goes on the wire
   * @throws Error after 2^48 packets, when the key has to be another one
   */
  protect(headers: Buffer, headerBytes: number, payloads: readonly Buffer[]): Buffer[] {
    const keys = this.#keys;
    switch (keys.profile) {
      case 'gcm': {
        const nonces = Buffer.allocUnsafe(payloads.length * gcmNonceBytes);
        for (let place = 0; place < payloads.length; place++) {
          this.#count(headers, place * headerBytes, 6);
          this.#vector.copy(nonces, place * gcmNonceBytes);
        }
        return keys.sealer.seal(nonces, headers, headerBytes, payloads);
      }
      case 'counter-mode':
        return payloads.map((payload, place) => {
          this.#count(headers, place * headerBytes, 8);
          const header = headers.subarray(place * headerBytes, (place + 1) * headerBytes);
          return this.#protectCounterMode(keys.key, keys.authenticationKey, header, payload);
        });
      default:
        return keys satisfies never;
    }
  }

  /** Frees what `protect` has returned the last time: nobody may need it any more. */
  release(): void {
    if (this.#keys.profile === 'gcm') this.#keys.sealer.release();
  }

  #protectCounterMode(key: KeyObject, authenticationKey: KeyObject, header: Buffer, payload: Buffer): Buffer {
    const encrypted = createCipheriv('aes-128-ctr', key, this.#vector).update(payload);
    const rollovers = Buffer.allocUnsafe(4);
    rollovers.writeUInt32BE(this.#rollovers);
    const authentication = createHmac('sha1', authenticationKey).update(header).update(encrypted);
    const tag = authentication.update(rollovers).digest().subarray(0, hmacTagBytes);
    return Buffer.concat([header, encrypted, tag]);
  }

  /** Counts a packet: into its header at `at`, and its index (rollover counter, then sequence number) into six bytes of the vector. */
  #count(headers: Buffer, at: number, offset: number): void {
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    if (this.#sequenceNumber === 0) this.#rollovers++;
    if (this.#rollovers > 0xffffffff) throw new Error('This SRTP key has been used for 2^48 packets.');
    headers.writeUInt16BE(this.#sequenceNumber, at + 2);
    headers.writeUInt32BE(this.ssrc, at + 8);
    const first = this.#firstVector;
    this.#vector.writeUInt32BE((first.readUInt32BE(offset) ^ this.#rollovers) >>> 0, offset);
    this.#vector.writeUInt16BE(first.readUInt16BE(offset + 4) ^ this.#sequenceNumber, offset + 4);
  }
}
