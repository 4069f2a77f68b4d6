import type { AudioCodec } from '../contract/codecs.ts';
import type { AacFormat, AudioTrack } from '../rtsp/audio-description.ts';
import type { RtpPacket } from '../rtsp/rtp-packet.ts';
import { AacDepacketizer } from './aac-depacketizer.ts';
import { PacketOrder } from './packet-order.ts';
import { Timeline } from './timeline.ts';

/** A piece of sound, ready to be sent: made once per camera, read by every listener, changed by nobody. */
export interface AudioFrame {
  readonly codec: AudioCodec;
  /** Of the timestamps, in Hz. */
  readonly clockRate: number;
  /** On the stream's own continuous timeline; survives reconnects of the camera. */
  readonly timestamp: number;
  /** A payload of RTP; of AAC one access unit. */
  readonly payload: Buffer;
  /** With AAC. */
  readonly aac: AacFormat | undefined;
}

/** Must not throw and must not keep the caller waiting. */
export type AudioReader = (frame: AudioFrame) => void;

/** Has the packets of the sound come in, or no longer. */
type Hear = (onPacket: ((packet: RtpPacket) => void) | null) => void;

/** As for video: it must fit into a datagram with all headers. */
const maximumPayloadBytes = 1_164;
/** 100 ms of G.711, and of G.722, whose clock counts 8,000 a second, too: a byte is a tick in both. */
const pieceBytes = 800;
const bytePerTick: ReadonlySet<AudioCodec> = new Set(['PCMU', 'PCMA', 'G722']);

/**
 * The sound of one profile of one camera, beside its pictures. Packets come in while somebody reads, and only then: nothing
 * is kept for those who come later.
 */
export class AudioStream {
  readonly #readers = new Set<AudioReader>();
  #source: { readonly track: AudioTrack; readonly hear: Hear } | undefined;
  #timeline = new Timeline();
  #clockRate = 0;

  /** A new connection to the camera. @param hear called whenever somebody begins to read or nobody does any more */
  begin(track: AudioTrack, hear: Hear): void {
    this.#source = { track, hear };
    if (this.#readers.size > 0) this.#start();
  }

  /** Of the present connection; undefined: there is no sound. */
  get track(): AudioTrack | undefined {
    return this.#source?.track;
  }

  /** The connection is gone, and its packets with it. */
  end(): void {
    this.#source = undefined;
  }

  read(reader: AudioReader): Disposable {
    this.#readers.add(reader);
    if (this.#readers.size === 1) this.#start();
    return {
      [Symbol.dispose]: () => {
        if (this.#readers.delete(reader) && this.#readers.size === 0) this.#source?.hear(null);
      },
    };
  }

  #start(): void {
    if (this.#source === undefined) return;
    const { track, hear } = this.#source;
    // G.722 samples at 16 kHz and counts at 8 (RFC 3551 section 4.5.2), which some cameras do not know.
    const clockRate = track.codec === 'G722' ? 8_000 : track.clockRate;
    if (clockRate !== this.#clockRate) this.#timeline = new Timeline(clockRate);
    this.#clockRate = clockRate;
    this.#timeline.restart(track.clockRate);
    const unpack = unpackerOf(track);
    hear((packet) => {
      const arrivedAt = performance.now();
      for (const { timestamp, payload } of unpack(packet)) {
        this.#tell({
          codec: track.codec,
          clockRate,
          timestamp: this.#timeline.advance(timestamp, arrivedAt),
          payload,
          aac: track.aac,
        });
      }
    });
  }

  #tell(frame: AudioFrame): void {
    for (const reader of this.#readers) reader(frame);
  }
}

interface Piece {
  /** Of RTP. */
  readonly timestamp: number;
  readonly payload: Buffer;
}

function unpackerOf({ codec, aac }: AudioTrack): (packet: RtpPacket) => Piece[] {
  if (aac !== undefined) {
    const depacketizer = new AacDepacketizer(aac);
    return (packet) => depacketizer.push(packet).map(({ timestamp, data }) => ({ timestamp, payload: data }));
  }
  const order = new PacketOrder();
  return (packet) =>
    packet.payload.length === 0 || order.missingBefore(packet) === undefined ? [] : piecesOf(packet, codec);
}

/** What is too large for a datagram is cut where that is only counting bytes; Opus is never so large. */
function piecesOf({ payload, timestamp }: RtpPacket, codec: AudioCodec): Piece[] {
  if (payload.length <= maximumPayloadBytes || !bytePerTick.has(codec)) return [{ timestamp, payload }];
  const pieces: Piece[] = [];
  for (let start = 0; start < payload.length; start += pieceBytes) {
    pieces.push({
      timestamp: (timestamp + start) % 2 ** 32,
      payload: payload.subarray(start, start + pieceBytes),
    });
  }
  return pieces;
}
