import type { RtpPacket } from '../rtsp/rtp-packet.ts';
import type { AccessUnit } from './access-unit.ts';
import { carriesPicture, isBSlice } from './h264.ts';
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

/** What is worth knowing about the pictures of a stream beside themselves. */
export interface StreamTraits {
  /** They come out of the order in which they are to be shown: WebRTC has no reordering. */
  readonly hasBFrames: boolean;
  /** Width through height as the picture is to be shown, where its pixels are not square; else null. */
  readonly shape: number | null;
}

const plainTraits: StreamTraits = { hasBFrames: false, shape: null };

/** Called for every frame, after the GOP cache has it. Must not throw and must not keep the caller waiting. */
export type StreamReader = (frame: StreamFrame) => void;

/**
 * One profile of one camera, from RTP packets to frames that any number of viewers send on. It keeps the frames since
 * the last key frame (the GOP), so that who joins late has a picture at once.
 */
export class LiveStream {
  readonly #timeline = new Timeline();
  #depacketizer = new H264Depacketizer();
  #parameterSets = new ParameterSets();
  #gop: StreamFrame[] = [];
  #gopBytes = 0;
  #decodable = false;
  #frames = 0;
  #traits = plainTraits;
  /** The SPS that the size was read from. */
  #sizedSps: Buffer | undefined;
  #size: PictureSize | undefined;
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
    if (sps !== this.#sizedSps) {
      this.#sizedSps = sps;
      this.#size = sps === undefined ? undefined : parsePictureSize(sps);
    }
    return this.#size;
  }

  /** Of the present connection; the same object until something changes. */
  get traits(): StreamTraits {
    return this.#traits;
  }

  /**
   * A new connection to the camera: sequence numbers and parameter sets start afresh, the timeline goes on.
   * @param clockRate of the RTP timestamps, in Hz
   */
  begin(parameterSets: readonly Buffer[], clockRate = 90_000): void {
    this.#depacketizer = new H264Depacketizer();
    this.#parameterSets = new ParameterSets(parameterSets);
    this.#timeline.restart(clockRate);
    this.#traits = plainTraits;
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
    const nalUnits = this.#parameterSets.complete(accessUnit);
    this.#observe(accessUnit);
    const frame: StreamFrame = {
      keyFrame: accessUnit.keyFrame,
      timestamp: this.#timeline.advance(accessUnit.timestamp, accessUnit.receivedAt),
      receivedAt: accessUnit.receivedAt,
      payloads: packetizeH264(nalUnits),
    };
    this.#cache(frame);
    for (const reader of this.#readers) reader(frame);
  }

  #observe({ keyFrame, nalUnits }: AccessUnit): void {
    const { hasBFrames, shape } = this.#traits;
    // The size changes with a key frame only, B-frames are never one.
    if (keyFrame) {
      const now = shapeOf(this.pictureSize);
      if (now !== shape) this.#traits = { hasBFrames, shape: now };
    } else if (!hasBFrames) {
      const slice = nalUnits.find(carriesPicture);
      // Some encoders predict from the past alone with B slices, and say that nothing is reordered.
      if (slice === undefined || !isBSlice(slice) || this.pictureSize?.reorderedFrames === 0) return;
      this.#traits = { hasBFrames: true, shape };
    }
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

function shapeOf(size: PictureSize | undefined): number | null {
  if (size === undefined || size.pixelAspect === 1) return null;
  return (size.width * size.pixelAspect) / size.height;
}
