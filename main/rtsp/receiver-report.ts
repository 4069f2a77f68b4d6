import type { RtpPacket } from './rtp-packet.ts';

const senderReportType = 200;
const senderReportBytes = 28;
/** Of RTP sequence numbers; a step beyond this is a new count (RFC 3550 appendix A.1). */
const maximumDropout = 3_000;

/** What is told to a camera about its packets (RFC 3550 section 6.4.2, appendix A.3 and A.8). */
export class ReceiverReporter {
  readonly #ssrc: number;
  readonly #clockRate: number;
  #source: number | undefined;
  #first = 0;
  /** With the number of wraps in the upper bits. */
  #highest = 0;
  #received = 0;
  #expectedBefore = 0;
  #receivedBefore = 0;
  #transit: number | undefined;
  #jitter = 0;
  /** The middle of the last sender report's NTP time, and when it came. */
  #lastReport: { readonly middle: number; readonly at: number } | undefined;

  /** @param ssrc our own  @param clockRate of the RTP timestamps, in Hz */
  constructor(ssrc: number, clockRate: number) {
    this.#ssrc = ssrc;
    this.#clockRate = clockRate;
  }

  /** @param now milliseconds of a monotonic clock */
  count({ ssrc, sequenceNumber, timestamp }: RtpPacket, now: number): void {
    const step = (sequenceNumber - this.#highest) & 0xffff;
    if (ssrc !== this.#source || (step > maximumDropout && step < 0x10000 - maximumDropout)) {
      this.#source = ssrc;
      this.#first = sequenceNumber;
      this.#highest = sequenceNumber;
      this.#received = 0;
      this.#expectedBefore = 0;
      this.#receivedBefore = 0;
      this.#transit = undefined;
      this.#jitter = 0;
    } else if (step < 0x8000) {
      this.#highest += step;
    }
    this.#received++;
    // Only differences of transit times count, so that the two clocks need not agree.
    const transit = ((now / 1_000) * this.#clockRate - timestamp) % 2 ** 32;
    if (this.#transit !== undefined) {
      const difference = Math.abs((transit - this.#transit) | 0);
      this.#jitter += (difference - this.#jitter) / 16;
    }
    this.#transit = transit;
  }

  /** Takes RTCP of the camera. What is truncated or something else is left alone: Hanwha sends malformed reports. */
  onRtcp(data: Buffer, now: number): void {
    const isReport =
      data.length >= senderReportBytes &&
      data.readUInt8(0) >> 6 === 2 &&
      data.readUInt8(1) === senderReportType;
    if (isReport) this.#lastReport = { middle: data.readUInt32BE(10), at: now };
  }

  /** How packets arrive: of so many expected so many came; jitter (section 6.4.1) in milliseconds. */
  get figures(): { readonly expected: number; readonly received: number; readonly jitter: number } {
    const expected = this.#source === undefined ? 0 : this.#highest - this.#first + 1;
    return { expected, received: this.#received, jitter: (this.#jitter / this.#clockRate) * 1_000 };
  }

  /** The next report: a receiver report and the CNAME that has to go with it (section 6.5.1). */
  next(now: number): Buffer {
    const hasSource = this.#source !== undefined;
    const report = Buffer.alloc(hasSource ? 32 : 8);
    report.writeUInt8(0x80 | (hasSource ? 1 : 0), 0);
    report.writeUInt8(201, 1);
    report.writeUInt16BE(report.length / 4 - 1, 2);
    report.writeUInt32BE(this.#ssrc, 4);
    if (hasSource) this.#writeBlock(report, now);
    return Buffer.concat([report, nameOf(this.#ssrc)]);
  }

  #writeBlock(report: Buffer, now: number): void {
    const expected = this.#highest - this.#first + 1;
    const lost = Math.min(Math.max(expected - this.#received, -0x80_0000), 0x7f_ffff);
    const expectedSince = expected - this.#expectedBefore;
    const lostSince = expectedSince - (this.#received - this.#receivedBefore);
    this.#expectedBefore = expected;
    this.#receivedBefore = this.#received;
    const fraction =
      expectedSince === 0 || lostSince <= 0 ? 0 : Math.min((lostSince << 8) / expectedSince, 255);
    report.writeUInt32BE(this.#source ?? 0, 8);
    report.writeUInt8(Math.floor(fraction), 12);
    report.writeIntBE(lost, 13, 3);
    report.writeUInt32BE(this.#highest >>> 0, 16);
    report.writeUInt32BE(Math.min(Math.floor(this.#jitter), 0xffff_ffff), 20);
    report.writeUInt32BE(this.#lastReport?.middle ?? 0, 24);
    // In units of 1/65,536 s.
    const delay =
      this.#lastReport === undefined ? 0 : Math.floor(((now - this.#lastReport.at) / 1_000) * 65_536);
    report.writeUInt32BE(Math.min(delay, 0xffff_ffff), 28);
  }
}

/** Source description with the name "gatehouse", padded to whole words. */
function nameOf(ssrc: number): Buffer {
  const name = Buffer.from('gatehouse');
  const bytes = Buffer.alloc(Math.ceil((8 + 2 + name.length + 1) / 4) * 4);
  bytes.writeUInt8(0x81, 0);
  bytes.writeUInt8(202, 1);
  bytes.writeUInt16BE(bytes.length / 4 - 1, 2);
  bytes.writeUInt32BE(ssrc, 4);
  bytes.writeUInt8(1, 8);
  bytes.writeUInt8(name.length, 9);
  name.copy(bytes, 10);
  return bytes;
}
