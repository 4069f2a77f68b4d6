const ntpEpochSeconds = 2_208_988_800;
const canonicalName = 'virtual-camera';

/** What a sender tells of itself. */
export interface SenderCounts {
  readonly ssrc: number;
  /** RTP timestamp of the same moment as `now`. */
  readonly timestamp: number;
  readonly packets: number;
  /** Bytes of payload. */
  readonly octets: number;
}

/**
 * A compound RTCP packet: sender report and source description (RFC 3550 sections 6.1, 6.4.1 and 6.5).
 * @param now milliseconds since 1970
 */
export function senderReport(now: number, { ssrc, timestamp, packets, octets }: SenderCounts): Buffer {
  const report = Buffer.alloc(28);
  report.writeUInt8(0x80, 0);
  report.writeUInt8(200, 1);
  report.writeUInt16BE(report.length / 4 - 1, 2);
  report.writeUInt32BE(ssrc, 4);
  report.writeUInt32BE((Math.floor(now / 1_000) + ntpEpochSeconds) % 2 ** 32, 8);
  report.writeUInt32BE(Math.floor(((now % 1_000) / 1_000) * 2 ** 32), 12);
  report.writeUInt32BE(timestamp, 16);
  report.writeUInt32BE(packets % 2 ** 32, 20);
  report.writeUInt32BE(octets % 2 ** 32, 24);
  // Item type, length, text, and at least one zero that ends the list, up to a multiple of four bytes.
  const itemBytes = 2 + canonicalName.length + 1;
  const description = Buffer.alloc(8 + Math.ceil(itemBytes / 4) * 4);
  description.writeUInt8(0x81, 0);
  description.writeUInt8(202, 1);
  description.writeUInt16BE(description.length / 4 - 1, 2);
  description.writeUInt32BE(ssrc, 4);
  description.writeUInt8(1, 8);
  description.writeUInt8(canonicalName.length, 9);
  description.write(canonicalName, 10, 'latin1');
  return Buffer.concat([report, description]);
}
