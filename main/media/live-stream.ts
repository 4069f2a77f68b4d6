import type { VideoCodec } from '../contract/codecs.ts';
import type { RtpPacket } from '../rtsp/rtp-packet.ts';
import type { AccessUnit } from './access-unit.ts';
import { carriesPicture, isBSlice } from './h264.ts';
import { H264Depacketizer } from './h264-depacketizer.ts';
import { packetizeH264 } from './h264-packetizer.ts';
import { H265Depacketizer } from './h265-depacketizer.ts';
import { packetizeH265 } from './h265-packetizer.ts';
import { JpegDepacketizer } from './jpeg-depacketizer.ts';
import { ParameterSets } from './parameter-sets.ts';
import { type PictureSize, parseH265PictureSize, parseJpegSize, parsePictureSize } from './picture-size.ts';
import { Timeline, ticksPerMillisecond } from './timeline.ts';

/** A GOP that outgrows these is forgotten: who joins then waits for the next key frame. */
const maximumGopBytes = 32 * 1024 * 1024;
const maximumGopFrames = 3_600;

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

/** What a source says of its pictures before the first one comes. */
export interface VideoFormat {
  readonly codec: VideoCodec;
  /** Without start codes; of JPEG there are none. */
  readonly parameterSets: readonly Buffer[];
  /** Of the RTP timestamps, in Hz; 90,000 when left out. */
  readonly clockRate?: number;
}

const defaultClockRate = 90_000;
const noBuffers: readonly Buffer[] = [];
/** From one wish for a key frame to the next. */
const keyFrameWishMilliseconds = 1_000;

/**
 * One profile of one camera, from RTP packets or whole pictures to frames that any number of viewers send on. It keeps the
 * frames since the last key frame (the GOP), so that who joins late has a picture at once.
 */
export class LiveStream {
  readonly #timeline = new Timeline();
  #codec: VideoCodec = 'H264';
  #depacketizer: H264Depacketizer | H265Depacketizer | JpegDepacketizer = new H264Depacketizer();
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
  #wantsKeyFrame = false;
  #wishedAt = Number.NEGATIVE_INFINITY;
  /** Called when somebody waits for a key frame that the camera has not sent by itself, at most once a second. */
  onKeyFrameWanted: () => void = () => {};

  /** Frames from the last key frame on; empty when a decoder cannot start. A key frame makes a new array. */
  get gop(): readonly StreamFrame[] {
    return this.#gop;
  }

  /** How many whole pictures came in since the stream was made. */
  get frames(): number {
    return this.#frames;
  }

  /** Of the last connection. */
  get codec(): VideoCodec {
    return this.#codec;
  }

  /** What the pictures are like; undefined while the camera has not said it. */
  get pictureSize(): PictureSize | undefined {
    if (this.#codec === 'JPEG') {
      const [file] = this.#gop[0]?.units ?? noBuffers;
      return file === undefined ? undefined : parseJpegSize(file);
    }
    const { sps } = this.#parameterSets;
    if (sps !== this.#sizedSps) {
      const parse = this.#codec === 'H265' ? parseH265PictureSize : parsePictureSize;
      this.#sizedSps = sps;
      this.#size = sps === undefined ? undefined : parse(sps);
    }
    return this.#size;
  }

  /** Of the present connection; the same object until something changes. */
  get traits(): StreamTraits {
    return this.#traits;
  }

  /** A new connection to the camera: sequence numbers and parameter sets start afresh, the timeline goes on. */
  begin({ codec, parameterSets, clockRate = defaultClockRate }: VideoFormat): void {
    if (codec !== this.#codec) this.#forgetGop();
    this.#codec = codec;
    this.#depacketizer = depacketizerOf(codec);
    this.#parameterSets = new ParameterSets(parameterSets, codec === 'H265' ? 'H265' : 'H264');
    this.#timeline.restart(clockRate);
    this.#traits = plainTraits;
    this.#decodable = false;
  }

  /** The connection is gone: nobody may take the cached pictures for live ones. */
  end(): void {
    this.#forgetGop();
    this.#decodable = false;
  }

  /** @throws GatehouseError camera-codec-unsupported for JPEG of a size that RTP cannot say */
  push(packet: RtpPacket, receivedAt: number): void {
    for (const accessUnit of this.#depacketizer.push(packet, receivedAt)) this.#take(accessUnit);
  }

  /** A JPEG file, from a source that sends whole ones; its moment is that of its arrival. */
  pushPicture(file: Buffer, receivedAt: number): void {
    const timestamp = Math.round(receivedAt * ticksPerMillisecond) >>> 0;
    this.#take({ nalUnits: [file], timestamp, keyFrame: true, receivedAt });
  }

  /** A reader cannot start, since nothing is cached: counts until the next key frame. */
  wantKeyFrame(): void {
    this.#wantsKeyFrame = true;
  }

  read(reader: StreamReader): Disposable {
    this.#readers.add(reader);
    return { [Symbol.dispose]: () => this.#readers.delete(reader) };
  }

  #take(accessUnit: AccessUnit): void {
    this.#frames++;
    this.#wish(accessUnit);
    // Pictures before the first key frame of a connection refer to ones that nobody has.
    this.#decodable ||= accessUnit.keyFrame;
    if (!this.#decodable) return;
    const frame = this.#frameOf(
      accessUnit,
      this.#timeline.advance(accessUnit.timestamp, accessUnit.receivedAt),
    );
    if (this.#codec !== 'JPEG') this.#observe(accessUnit);
    this.#cache(frame);
    for (const reader of this.#readers) reader(frame);
  }

  /** Only while pictures come: a camera that has just been dialled mostly begins with a key frame. */
  #wish({ keyFrame, receivedAt }: AccessUnit): void {
    if (keyFrame) this.#wantsKeyFrame = false;
    if (!this.#wantsKeyFrame || receivedAt - this.#wishedAt < keyFrameWishMilliseconds) return;
    this.#wishedAt = receivedAt;
    this.onKeyFrameWanted();
  }

  #observe({ keyFrame, nalUnits }: AccessUnit): void {
    const { hasBFrames, shape } = this.#traits;
    // The size changes with a key frame only, B-frames are never one.
    if (keyFrame) {
      const now = shapeOf(this.pictureSize);
      if (now !== shape) this.#traits = { hasBFrames, shape: now };
    } else if (!hasBFrames && this.#codec === 'H264') {
      const slice = nalUnits.find(carriesPicture);
      // Some encoders predict from the past alone with B slices, and say that nothing is reordered.
      if (slice === undefined || !isBSlice(slice) || this.pictureSize?.reorderedFrames === 0) return;
      this.#traits = { hasBFrames: true, shape };
    }
  }

  #frameOf(accessUnit: AccessUnit, timestamp: number): StreamFrame {
    const { keyFrame, receivedAt, nalUnits } = accessUnit;
    switch (this.#codec) {
      case 'H264': {
        const payloads = packetizeH264(this.#parameterSets.complete(accessUnit));
        return { codec: 'H264', keyFrame, timestamp, receivedAt, payloads, units: noBuffers };
      }
      case 'H265': {
        const units = this.#parameterSets.complete(accessUnit);
        let payloads: readonly Buffer[] | undefined;
        return {
          codec: 'H265',
          keyFrame,
          timestamp,
          receivedAt,
          // Made when somebody takes them: a window that cannot receive H.265 over RTP does not.
          get payloads() {
            payloads ??= packetizeH265(units);
            return payloads;
          },
          units,
        };
      }
      case 'JPEG':
        return { codec: 'JPEG', keyFrame, timestamp, receivedAt, payloads: noBuffers, units: nalUnits };
      default:
        return this.#codec satisfies never;
    }
  }

  #cache(frame: StreamFrame): void {
    if (frame.keyFrame) this.#forgetGop();
    else if (this.#gop.length === 0) return;
    this.#gop.push(frame);
    for (const part of frame.codec === 'H264' ? frame.payloads : frame.units) this.#gopBytes += part.length;
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

function depacketizerOf(codec: VideoCodec): H264Depacketizer | H265Depacketizer | JpegDepacketizer {
  switch (codec) {
    case 'H264':
      return new H264Depacketizer();
    case 'H265':
      return new H265Depacketizer();
    case 'JPEG':
      return new JpegDepacketizer();
    default:
      return codec satisfies never;
  }
}
