/** One RTP packet (RFC 3550 section 5.1) without CSRCs, extension and padding. */
export interface RtpPacket {
  readonly payloadType: number;
  readonly marker: boolean;
  /** 0 … 65,535. */
  readonly sequenceNumber: number;
  /** 0 … 2³²-1, in units of the track's clock rate. */
  readonly timestamp: number;
  readonly ssrc: number;
  /** A view that stays valid: nobody writes to the memory behind it again. */
  readonly payload: Buffer;
}
