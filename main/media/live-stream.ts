import type { VideoCodec } from '../contract/codecs.ts';
import type { RtpPacket } from '../rtsp/rtp-packet.ts';
import type { AccessUnit } from './access-unit.ts';
import { GopCache } from './gop-cache.ts';
import { carriesPicture, isBSlice } from './h264.ts';
import { H264Depacketizer } from './h264-depacketizer.ts';
import { packetizeH264 } from './h264-packetizer.ts';
import { H265Depacketizer } from './h265-depacketizer.ts';
import { packetizeH265 } from './h265-packetizer.ts';
import { JpegDepacketizer } from './jpeg-depacketizer.ts';
import { maximumPayloadBytes } from './nal-unit-packetizer.ts';
import { ParameterSets } from './parameter-sets.ts';
import { hasOwnMemory, ownCopy } from './picture-blocks.ts';
import { PictureMemory } from './picture-memory.ts';
import { type PictureSize, parseH265PictureSize, parseJpegSize, parsePictureSize } from './picture-size.ts';
import { ReplayHistory } from './replay-history.ts';
import type { StreamFrame } from './stream-frame.ts';
import { Timeline, ticksPerMillisecond } from './timeline.ts';

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

/** Of RTP timestamps, where nobody says another one: Hz. */
export const defaultClockRate = 90_000;
const noBuffers: readonly Buffer[] = [];
/** From one wish for a key frame to the next. */
const keyFrameWishMilliseconds = 1_000;

/**
 * One profile of one camera, from RTP packets or whole pictures to frames that any number of viewers send on. It keeps the
 * frames since the last key frame (the GOP), so that who joins late has a picture at once. Where they become too many, the key
 * frame alone is kept, and the camera is asked for a new one.
 */
export class LiveStream {
  readonly #timeline = new Timeline();
  #codec: VideoCodec = 'H264';
  #depacketizer: H264Depacketizer | H265Depacketizer | JpegDepacketizer = new H264Depacketizer();
  #parameterSets = new ParameterSets();
  readonly #gop: GopCache;
  /** What was received before, for replay. */
  readonly history: ReplayHistory;
  /** The camera was asked for a key frame since the last one, because the GOP has become long. */
  #askedForGop = false;
  #decodable = false;
  #frames = 0;
  #pictureAt = 0;
  #keyFrames = 0;
  /** When the last key frame of this connection came. */
  #keyFrameAt: number | undefined;
  #keyFrameSeconds: number | null = null;
  #traits = plainTraits;
  /** The SPS that the size was read from. */
  #sizedSps: Buffer | undefined;
  #size: PictureSize | undefined;
  readonly #readers = new Set<StreamReader>();
  #wantsKeyFrame = false;
  #wishedAt = Number.NEGATIVE_INFINITY;
  /** Called when somebody waits for a key frame that the camera has not sent by itself, at most once a second. */
  onKeyFrameWanted: () => void = () => {};

  /**
   * @param memory shared by all streams of an engine
   * @param replayMemory the same, for what was received before; nothing of it is kept when left out
   */
  constructor(memory = new PictureMemory(), replayMemory = new PictureMemory(0)) {
    this.#gop = new GopCache(memory);
    this.history = new ReplayHistory(replayMemory);
  }

  /**
   * Frames from the last key frame on; empty when a decoder cannot start. A key frame makes a new array. Where they became too
   * many it is the key frame alone.
   */
  get gop(): readonly StreamFrame[] {
    return this.#gop.frames;
  }

  /** Whether the next frame builds upon the last of `gop`: else only a new key frame goes on. */
  get isGopWhole(): boolean {
    return this.#gop.isWhole;
  }

  /** How many whole pictures came in since the stream was made. */
  get frames(): number {
    return this.#frames;
  }

  /** When the last picture came that can be shown, or the connection began: `performance.now()`. */
  get pictureAt(): number {
    return this.#pictureAt;
  }

  /** How many of them were key frames. */
  get keyFrames(): number {
    return this.#keyFrames;
  }

  /** From the last key frame of this connection but one to the last; null: there was none. */
  get keyFrameSeconds(): number | null {
    return this.#keyFrameSeconds;
  }

  /** Of the last connection. */
  get codec(): VideoCodec {
    return this.#codec;
  }

  /** What the pictures are like; undefined while the camera has not said it. */
  get pictureSize(): PictureSize | undefined {
    if (this.#codec === 'JPEG') {
      const [file] = this.gop[0]?.units ?? noBuffers;
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
    if (codec !== this.#codec) this.#gop.clear();
    this.#codec = codec;
    this.#depacketizer = depacketizerOf(codec);
    this.#parameterSets = new ParameterSets(parameterSets, codec === 'H265' ? 'H265' : 'H264');
    this.#timeline.restart(clockRate);
    this.#traits = plainTraits;
    this.#decodable = false;
    this.#pictureAt = performance.now();
    this.#keyFrameAt = undefined;
    this.#keyFrameSeconds = null;
  }

  /** The connection is gone: nobody may take the cached pictures for live ones. */
  end(): void {
    this.#gop.clear();
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

  /** A reader waits for one, mostly since nothing is cached: counts until the next key frame. */
  wantKeyFrame(): void {
    this.#wantsKeyFrame = true;
  }

  read(reader: StreamReader): Disposable {
    this.#readers.add(reader);
    return { [Symbol.dispose]: () => this.#readers.delete(reader) };
  }

  #take(accessUnit: AccessUnit): void {
    this.#frames++;
    if (accessUnit.keyFrame) this.#countKeyFrame(accessUnit.receivedAt);
    this.#wish(accessUnit);
    // Pictures before the first key frame of a connection refer to ones that nobody has.
    this.#decodable ||= accessUnit.keyFrame;
    if (!this.#decodable) return;
    this.#pictureAt = accessUnit.receivedAt;
    const frame = this.#frameOf(
      accessUnit,
      this.#timeline.advance(accessUnit.timestamp, accessUnit.receivedAt),
    );
    if (this.#codec !== 'JPEG') this.#observe(accessUnit);
    this.#gop.add(frame);
    this.history.add(frame);
    for (const reader of this.#readers) reader(frame);
  }

  #countKeyFrame(at: number): void {
    this.#keyFrames++;
    if (this.#keyFrameAt !== undefined) this.#keyFrameSeconds = (at - this.#keyFrameAt) / 1_000;
    this.#keyFrameAt = at;
  }

  /** Only while pictures come: a camera that has just been dialled mostly begins with a key frame. */
  #wish({ keyFrame, receivedAt }: AccessUnit): void {
    if (keyFrame) {
      this.#wantsKeyFrame = false;
      this.#askedForGop = false;
    }
    const asksForGop = this.#gop.isLong && !this.#askedForGop && !keyFrame;
    if (!this.#wantsKeyFrame && !asksForGop) return;
    if (receivedAt - this.#wishedAt < keyFrameWishMilliseconds) return;
    this.#wishedAt = receivedAt;
    if (asksForGop) this.#askedForGop = true;
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
        const units = this.#parameterSets.complete(accessUnit);
        const blocks = this.#gop.blocksFor(keyFrame, units);
        const payloads = packetizeH264(units, maximumPayloadBytes, blocks);
        return { codec: 'H264', keyFrame, timestamp, receivedAt, payloads, units: noBuffers };
      }
      case 'H265':
        return this.#h265Frame(accessUnit, timestamp);
      case 'JPEG':
        return {
          codec: 'JPEG',
          keyFrame,
          timestamp,
          receivedAt,
          payloads: noBuffers,
          units: nalUnits.map(ownCopy),
        };
      default:
        return this.#codec satisfies never;
    }
  }

  #h265Frame(accessUnit: AccessUnit, timestamp: number): StreamFrame {
    const { keyFrame, receivedAt } = accessUnit;
    const complete = this.#parameterSets.complete(accessUnit);
    const blocks = this.#gop.blocksFor(
      keyFrame,
      complete.filter((unit) => !hasOwnMemory(unit)),
    );
    const units = complete.map((unit) => (hasOwnMemory(unit) ? unit : blocks.copy(unit)));
    const cache = this.#gop;
    let payloads: readonly Buffer[] | undefined;
    const frame: StreamFrame = {
      codec: 'H265',
      keyFrame,
      timestamp,
      receivedAt,
      // Made when somebody takes them: a window that cannot receive H.265 over RTP does not.
      get payloads() {
        if (payloads === undefined) {
          payloads = packetizeH265(units);
          cache.grow(frame, payloads);
        }
        return payloads;
      },
      units,
    };
    return frame;
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
