import type { VideoCodec } from '../contract/codecs.ts';

/** One access unit, ready to be sent: made once per camera, read by every viewer, changed by nobody. */
export interface StreamFrame {
  readonly codec: VideoCodec;
  readonly keyFrame: boolean;
  /** 90 kHz ticks on the stream's own continuous timeline; survives reconnects of the camera. */
  readonly timestamp: number;
  /** When its last packet was read from the camera: `performance.now()`, milliseconds. */
  readonly receivedAt: number;
  /** RTP payloads, the last one carries the marker; none for JPEG, which no browser takes over RTP. */
  readonly payloads: readonly Buffer[];
  /** For the data channel: the NAL units of H.265, the one file of JPEG; none for H.264, which never goes that way. */
  readonly units: readonly Buffer[];
}
