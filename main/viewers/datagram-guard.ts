import { isStunMessage } from './stun-guard.ts';

/** Of one socket: a window has an address for each of its networks, and new ones when those change. */
const maximumProven = 64;

/** What stands in front of werift wherever datagrams come in: what is neither authentic nor from a proven address ends here. */
export class DatagramGuard {
  readonly #isAuthentic: (message: Buffer) => 'request' | 'response' | false;
  /** Addresses from which an authentic request came: only a window that knows our password sends DTLS and SRTP. */
  readonly #proven = new Set<string>();
  #isRetired = false;

  constructor(isAuthentic: (message: Buffer) => 'request' | 'response' | false) {
    this.#isAuthentic = isAuthentic;
  }

  /** No more checks; media and its RTCP go on. */
  retire(): void {
    this.#isRetired = true;
  }

  lets(datagram: Buffer, address: string, port: number): boolean {
    const first = datagram[0];
    if (first === undefined) return false;
    const source = `${address}:${port}`;
    // RFC 7983: 0 to 3 is STUN.
    if (first > 3) return this.#proven.has(source);
    if (this.#isRetired || !isStunMessage(datagram)) return false;
    const kind = this.#isAuthentic(datagram);
    if (kind === 'request') this.#prove(source);
    return kind !== false;
  }

  #prove(source: string): void {
    this.#proven.delete(source);
    this.#proven.add(source);
    const [oldest] = this.#proven;
    if (this.#proven.size > maximumProven && oldest !== undefined) this.#proven.delete(oldest);
  }
}
