import type { InterleavedFrame, RtspRequest, RtspResponse } from './rtsp-message.ts';

/** Hears what is said with a camera, as it goes over the wire. Must neither throw nor keep anybody waiting. */
export interface RtspWitness {
  /** A connection is open; what is given hears it. */
  connected(): ConnectionWitness;
}

/** Of one connection, and of the datagrams beside it. */
export interface ConnectionWitness {
  /** A request of ours. @param sequence its CSeq */
  asked(sequence: number, message: Buffer): void;
  /** @param sequence of the request that it answers; undefined: of none */
  answered(response: RtspResponse, sequence: number | undefined): void;
  /** The camera asks by itself. */
  requested(request: RtspRequest): void;
  /** Media on the connection. */
  frame(frame: InterleavedFrame): void;
  /** Media beside the connection. */
  datagram(kind: 'rtp' | 'rtcp', data: Buffer): void;
  /** @param by who ended it */
  ended(by: 'camera' | 'us'): void;
}
