import type { RtpPacket } from '../../main/rtsp/rtp-packet.ts';

/** Numbers payloads as a camera does: rising sequence numbers, one timestamp a picture, marker on its last packet. */
export class CameraPackets {
  sequenceNumber = 65_530;

  picture(timestamp: number, payloads: readonly Buffer[], markers = true): RtpPacket[] {
    return payloads.map((payload, index) => ({
      payloadType: 96,
      marker: markers && index === payloads.length - 1,
      sequenceNumber: this.sequenceNumber++ & 0xffff,
      timestamp,
      ssrc: 1,
      payload,
    }));
  }
}
