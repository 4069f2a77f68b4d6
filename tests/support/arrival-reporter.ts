import type { RTCDtlsTransport, RtpPacket } from 'werift';

const reportMilliseconds = 100;
/** Arrivals are said in quarters of milliseconds after a reference in steps of 64 ms. */
const quarter = 0.25;
const referenceMilliseconds = 64;

/**
 * Tells the sender when each packet came, as browsers do (transport-wide congestion control); werift's own reports leave out what
 * was lost.
 */
export class ArrivalReporter implements Disposable {
  readonly #dtls: RTCDtlsTransport;
  readonly #timer: NodeJS.Timeout;
  readonly #arrivals = new Map<number, number>();
  #newest: number | undefined;
  #next = 0;
  #reports = 0;

  /** @param extensionId of the transport-wide sequence number */
  constructor(dtls: RTCDtlsTransport, extensionId: number) {
    this.#dtls = dtls;
    dtls.onRtp.subscribe(({ header }: RtpPacket) => {
      const number = header.extensions.find(({ id }) => id === extensionId)?.payload.readUInt16BE(0);
      if (number === undefined) return;
      this.#arrivals.set(number, performance.now());
      this.#newest = Math.max(number, this.#newest ?? number);
    });
    this.#timer = setInterval(() => this.#report(), reportMilliseconds);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** From the packet after those that were reported on to the newest one; numbers do not wrap in a test. */
  #report(): void {
    if (this.#newest === undefined || this.#newest < this.#next) return;
    const numbers = Array.from({ length: this.#newest + 1 - this.#next }, (_, index) => this.#next + index);
    const times = numbers.map((number) => this.#arrivals.get(number));
    const reference = Math.floor(
      Math.min(...times.filter((time) => time !== undefined)) / referenceMilliseconds,
    );
    const head = Buffer.alloc(20);
    head.writeUInt8(0x8f, 0);
    head.writeUInt8(205, 1);
    head.writeUInt32BE(1, 4);
    head.writeUInt16BE(this.#next, 12);
    head.writeUInt16BE(numbers.length, 14);
    head.writeUIntBE(reference, 16, 3);
    head.writeUInt8(this.#reports++ & 0xff, 19);
    const body = Buffer.concat([
      head,
      ...statusesOf(times),
      ...deltasOf(times, reference * referenceMilliseconds),
    ]);
    const packet = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
    packet.writeUInt16BE(packet.length / 4 - 1, 2);
    this.#next = this.#newest + 1;
    this.#dtls.iceTransport.connection.send(this.#dtls.srtcp.encrypt(packet)).catch(() => {});
  }
}

/** Seven in a chunk: not received, or received with two bytes for its time. */
function statusesOf(times: readonly (number | undefined)[]): Buffer[] {
  return Array.from({ length: Math.ceil(times.length / 7) }, (_, chunk) => {
    let bits = 0b11;
    for (let place = 0; place < 7; place++) {
      bits = (bits << 2) | (times[chunk * 7 + place] === undefined ? 0 : 2);
    }
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16BE(bits);
    return bytes;
  });
}

function deltasOf(times: readonly (number | undefined)[], reference: number): Buffer[] {
  let said = Math.round(reference / quarter);
  return times.flatMap((time) => {
    if (time === undefined) return [];
    const quarters = Math.round(time / quarter);
    const bytes = Buffer.alloc(2);
    bytes.writeInt16BE(quarters - said);
    said = quarters;
    return [bytes];
  });
}
