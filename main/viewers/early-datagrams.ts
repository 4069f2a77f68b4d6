import type { RTCDtlsTransport } from 'werift';

/** A ClientHello with post-quantum keys is two of them; nobody has more to say before it is answered. */
const maximumHeld = 8;

/** Takes a datagram from `address` (host, port). */
type Deliver = (datagram: Buffer, address: [string, number]) => void;

/**
 * DTLS that comes before werift listens for it. A browser begins as soon as it has a way, which it often knows a few
 * milliseconds before werift does, and says it again only after 50 ms or more: so much later every picture would be.
 */
export class EarlyDatagrams {
  readonly #dtls: RTCDtlsTransport;
  readonly #held: { readonly datagram: Buffer; readonly address: [string, number] }[] = [];

  /** @param deliver gets what was held, in its order, once there is somebody who listens */
  constructor(dtls: RTCDtlsTransport, deliver: Deliver) {
    this.#dtls = dtls;
    dtls.onStateChange.subscribe((state) => {
      // werift says `connecting` and begins to listen in the same turn, but after it.
      if (state === 'connecting') queueMicrotask(() => this.#release(deliver));
    });
  }

  /** @returns whether it was taken: it is DTLS (RFC 7983: its first byte is 20 to 63), and werift does not listen yet */
  hold(datagram: Buffer, address: [string, number]): boolean {
    const first = datagram[0] ?? 0;
    if (this.#dtls.state !== 'new' || first < 20 || first > 63) return false;
    if (this.#held.length < maximumHeld) this.#held.push({ datagram, address });
    return true;
  }

  #release(deliver: Deliver): void {
    for (const { datagram, address } of this.#held.splice(0)) deliver(datagram, address);
  }
}
