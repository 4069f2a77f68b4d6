/** Packets whose feedback may still come: at 64 tiles of 500 kbit/s those of about two seconds. */
const capacity = 8_192;

/** What became of a packet, as far as is known. */
const unknown = 0;
const lost = 1;
const arrived = 2;

/** When each packet of a window left, by the number that all its streams share: a ring. */
export class SentTimes {
  readonly #sentAt = new Float64Array(capacity);
  readonly #bytes = new Uint16Array(capacity);
  readonly #fate = new Uint8Array(capacity).fill(arrived);
  #next = 0;

  /** @returns the number of the packet, 0 to 65,535 */
  add(bytes: number, now: number): number {
    const number = this.#next;
    const place = number % capacity;
    this.#sentAt[place] = now;
    this.#bytes[place] = bytes;
    this.#fate[place] = unknown;
    this.#next = (number + 1) & 0xffff;
    return number;
  }

  /** A packet has come: when it left and how large it was; undefined for one that is too old, or came before. */
  takeArrived(number: number): { sentAt: number; bytes: number; wasLost: boolean } | undefined {
    const place = this.#placeOf(number);
    if (place === undefined || this.#fate[place] === arrived) return undefined;
    const wasLost = this.#fate[place] === lost;
    this.#fate[place] = arrived;
    return { sentAt: this.#sentAt[place] ?? 0, bytes: this.#bytes[place] ?? 0, wasLost };
  }

  /** A packet has not come. @returns whether that is news */
  takeLost(number: number): boolean {
    const place = this.#placeOf(number);
    if (place === undefined || this.#fate[place] !== unknown) return false;
    this.#fate[place] = lost;
    return true;
  }

  #placeOf(number: number): number | undefined {
    const age = (this.#next - number) & 0xffff;
    return age >= 1 && age <= capacity ? number % capacity : undefined;
  }
}
