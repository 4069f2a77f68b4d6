/** An access unit: everything of one picture. */
export interface AccessUnit {
  /** H.264 and H.265: its NAL units, without start codes, in decoding order. JPEG: one, the whole file. */
  readonly nalUnits: readonly Buffer[];
  /** RTP timestamp as it came from the camera, 0 … 2³²-1. */
  readonly timestamp: number;
  /** True when a decoder can start here: an IDR or other random access picture, every JPEG. */
  readonly keyFrame: boolean;
  /** When its last packet was read: `performance.now()` of this process, milliseconds. */
  readonly receivedAt: number;
}
