import type { RtpPacket } from '../rtsp/rtp-packet.ts';
import type { AccessUnit } from './h264.ts';
import { H264Depacketizer } from './h264-depacketizer.ts';
import { packetizeH264 } from './h264-packetizer.ts';
import { ParameterSets } from './parameter-sets.ts';
import { type PictureSize, parsePictureSize } from './picture-size.ts';
import { Timeline } from './timeline.ts';

/** A GOP that outgrows these is forgotten: who joins then waits for the next key frame. */
const maximumGopBytes = 32 * 1024 * 1024;
const maximumGopFrames = 3_600;

/** One access unit, ready to be sent: made once per camera, read by every viewer, changed by nobody. */
export interface StreamFrame {
  readonly keyFrame: boolean;
  /** 90 kHz ticks on the stream's own continuous timeline; survives reconnects of the camera. */
  readonly timestamp: number;
  /** When its last packet was read from the camera: `performance.now()`, milliseconds. */
  readonly receivedAt: number;
  /** RTP payloads; the last one carries the marker. */
  readonly payloads: readonly Buffer[];
}

/** Called for every frame, after the GOP cache has it. Must not throw and must not keep the caller waiting. */
export type StreamReader = (frame: StreamFrame) => void;

/**
 * One profile of one camera, from RTP packets to frames that any number of viewers send on. It keeps the frames since
 * the last key frame (the GOP), so that who joins late has a picture at once.
 */
export class LiveStream {
  #timeline = new Timeline();
  #depacketizer = new H264Depacketizer();
  #parameterSets = new ParameterSets();
  #gop: StreamFrame[] = [];
  #gopBytes = 0;
  #decodable = false;
  #frames = 0;
  readonly #readers = new Set<StreamReader>();

  /** Frames from the last key frame on; empty when a decoder cannot start. A key frame makes a new array. */
  get gop(): readonly StreamFrame[] {
    return this.#gop;
  }

  /** How many whole pictures came in since the stream was made. */
  get frames(): number {
    return this.#frames;
  }

  /** What the pictures are like; undefined while the camera has not said it. */
  get pictureSize(): PictureSize | undefined {
    const { sps } = this.#parameterSets;
    return sps === undefined ? undefined : parsePictureSize(sps);
  }

  /** A new connection to the camera: sequence numbers and parameter sets start afresh, the timeline goes on. */
  begin(parameterSets: readonly Buffer[]): void {
    this.#depacketizer = new H264Depacketizer();
    this.#parameterSets = new ParameterSets(parameterSets);
    this.#decodable = false;
  }

  /** The connection is gone: nobody may take the cached pictures for live ones. */
  end(): void {
    this.#forgetGop();
    this.#decodable = false;
  }

  push(packet: RtpPacket, receivedAt: number): void {
    for (const accessUnit of this.#depacketizer.push(packet, receivedAt)) {
      this.#frames++;
      this.#publish(accessUnit);
    }
  }

  read(reader: StreamReader): Disposable {
    this.#readers.add(reader);
    return { [Symbol.dispose]: () => this.#readers.delete(reader) };
  }

  #publish(accessUnit: AccessUnit): void {
    // Pictures before the first key frame of a connection refer to ones that nobody has.
    this.#decodable ||= accessUnit.keyFrame;
    if (!this.#decodable) return;
    const frame: StreamFrame = {
      keyFrame: accessUnit.keyFrame,
      timestamp: this.#timeline.advance(accessUnit.timestamp, accessUnit.receivedAt),
      receivedAt: accessUnit.receivedAt,
      payloads: packetizeH264(this.#parameterSets.complete(accessUnit)),
    };
    this.#cache(frame);
    for (const reader of this.#readers) reader(frame);
  }

  #cache(frame: StreamFrame): void {
    if (frame.keyFrame) this.#forgetGop();
    else if (this.#gop.length === 0) return;
    this.#gop.push(frame);
    for (const payload of frame.payloads) this.#gopBytes += payload.length;
    if (this.#gopBytes > maximumGopBytes || this.#gop.length > maximumGopFrames) this.#forgetGop();
  }

  #forgetGop(): void {
    this.#gop = [];
    this.#gopBytes = 0;
  }
}
