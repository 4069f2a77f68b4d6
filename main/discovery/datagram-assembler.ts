/** What one message may grow to, in bytes. */
const maximumBytes = 64 * 1_024;
/** Sources with half a message at a time; beyond, the oldest is forgotten. */
const maximumSources = 64;
const waitMilliseconds = 1_000;

// A byte-order mark is white space to a regular expression.
const begins = /^\s*<(?:\?xml|(?:[\w.-]+:)?Envelope[\s>])/;
const ends = /<\/(?:[\w.-]+:)?Envelope\s*>[\s\0]*$/;

interface Half {
  readonly bytes: Buffer;
  readonly until: number;
}

/** Puts SOAP messages together that arrive in more than one datagram: Axis sends long probe matches as two. */
export class DatagramAssembler {
  readonly #halves = new Map<string, Half>();

  /**
   * The message that is complete with this datagram; undefined when none is.
   * @param source address and port that it came from
   * @param now milliseconds, monotonic
   */
  add(source: string, datagram: Uint8Array, now: number): string | undefined {
    const half = this.#halves.get(source);
    this.#halves.delete(source);
    const text = Buffer.from(datagram).toString();
    if (begins.test(text) && ends.test(text)) return clean(text);
    if (half !== undefined && half.until >= now) {
      const bytes = Buffer.concat([half.bytes, datagram]);
      if (bytes.length > maximumBytes) return undefined;
      const whole = bytes.toString();
      if (ends.test(whole)) return clean(whole);
      // The rest of another message: this one begins anew.
      if (!begins.test(text)) {
        this.#keep(source, { bytes, until: half.until });
        return undefined;
      }
    }
    if (/^\s*(?:<|$)/.test(text) && datagram.length <= maximumBytes) {
      this.#keep(source, { bytes: Buffer.from(datagram), until: now + waitMilliseconds });
    }
    return undefined;
  }

  #keep(source: string, half: Half): void {
    const [oldest] = this.#halves.keys();
    if (this.#halves.size >= maximumSources && oldest !== undefined) this.#halves.delete(oldest);
    this.#halves.set(source, half);
  }
}

/** Some pad their messages with zeros. */
function clean(text: string): string {
  return text.replace(/^\ufeff/, '').replace(/\0+$/, '');
}
