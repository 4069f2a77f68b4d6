/*
 * AAC, which no WebRTC track carries, in messages of the peer connection's data channel `sound`; for both sides.
 *
 * A message is a header and one access unit. Header, big endian: assignment (32 bits), timestamp (32, wrapped), clock rate
 * (32), channels (8), bytes of the AudioSpecificConfig (8), the config.
 */

/** Negotiated by both sides beforehand: ordered and reliable. */
export const soundChannel = { label: 'sound', id: 1 } as const;

const fixedHeaderBytes = 14;

export interface SoundMessage {
  /** What the window called its binding (`viewer.listen`). */
  readonly assignment: number;
  /** Ticks of `clockRate`, wrapped to 32 bits. */
  readonly timestamp: number;
  /** Hz. */
  readonly clockRate: number;
  readonly channels: number;
  /** AudioSpecificConfig (ISO 14496-3 section 1.6.2.1), at most 255 bytes. */
  readonly config: Uint8Array;
  /** One access unit. */
  readonly data: Uint8Array;
}

export function formatSoundMessage(message: SoundMessage): Uint8Array {
  const { assignment, timestamp, clockRate, channels, config, data } = message;
  const bytes = new Uint8Array(fixedHeaderBytes + config.length + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, assignment >>> 0);
  view.setUint32(4, timestamp >>> 0);
  view.setUint32(8, clockRate);
  view.setUint8(12, channels);
  view.setUint8(13, config.length);
  bytes.set(config, fixedHeaderBytes);
  bytes.set(data, fixedHeaderBytes + config.length);
  return bytes;
}

/** Undefined for what is no message. */
export function parseSoundMessage(bytes: Uint8Array): SoundMessage | undefined {
  if (bytes.length < fixedHeaderBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dataStart = fixedHeaderBytes + view.getUint8(13);
  if (bytes.length <= dataStart) return undefined;
  return {
    assignment: view.getUint32(0),
    timestamp: view.getUint32(4),
    clockRate: view.getUint32(8),
    channels: view.getUint8(12),
    config: bytes.subarray(fixedHeaderBytes, dataStart),
    data: bytes.subarray(dataStart),
  };
}
