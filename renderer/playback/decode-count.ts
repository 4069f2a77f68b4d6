/** What a window has decoded so far, over all its tracks. */
export interface DecodeCount {
  /** Seconds, added up over all decoders: what waited for a processor counts, too. */
  readonly seconds: number;
  /** Pictures. */
  readonly decoded: number;
  /** Pictures that came and were dropped, before or after decoding. */
  readonly dropped: number;
  /** Tracks that decode at all, and those of them whose decoder is said to be power-efficient: in hardware. */
  readonly tracks: number;
  readonly inHardware: number;
  /** By track: whole pictures that came, whatever became of them. */
  readonly received: ReadonlyMap<string, number>;
}

/** What is read of `RTCInboundRtpStreamStats` (W3C webrtc-stats, 8.2). */
export interface InboundReport {
  readonly type: string;
  readonly kind?: string;
  readonly framesDecoded?: number;
  readonly framesDropped?: number;
  readonly totalDecodeTime?: number;
  readonly powerEfficientDecoder?: boolean;
  readonly trackIdentifier?: string;
  readonly framesReceived?: number;
}

export function countDecoding(reports: Iterable<InboundReport>): DecodeCount {
  let [seconds, decoded, dropped, tracks, inHardware] = [0, 0, 0, 0, 0];
  const received = new Map<string, number>();
  for (const report of reports) {
    if (report.type !== 'inbound-rtp' || report.kind !== 'video' || !report.framesDecoded) continue;
    seconds += report.totalDecodeTime ?? 0;
    decoded += report.framesDecoded;
    dropped += report.framesDropped ?? 0;
    tracks++;
    if (report.powerEfficientDecoder === true) inHardware++;
    if (report.trackIdentifier !== undefined)
      received.set(report.trackIdentifier, report.framesReceived ?? 0);
  }
  return { seconds, decoded, dropped, tracks, inHardware, received };
}
