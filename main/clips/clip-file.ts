import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  Mp4OutputFormat,
  Output,
  StreamTarget,
  type StreamTargetChunk,
} from 'mediabunny';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { unitsOfFrame } from '../media/frame-units.ts';
import type { StreamFrame } from '../media/stream-frame.ts';
import type { ClipSound, SoundPacket } from './clip-sound.ts';
import {
  type DecoderConfiguration,
  decoderConfiguration,
  isSameConfiguration,
} from './decoder-configuration.ts';

const ticksPerSecond = 90_000;
/** Of the last picture where there is no other to tell it by. */
const usualSeconds = 1 / 25;
/** What is written at once. */
const chunkBytes = 1024 * 1024;
/** Pictures and sound are handed over for so long; then packets of other cameras have their turn. */
const turnMilliseconds = 4;
const lengthBytes = 4;
/** Of a file in fragments: so much is lost at most when the power fails, besides the fragment that is being made. */
const syncMilliseconds = 5_000;

/**
 * How a file is laid out. `plain` has its index at the end, and is nothing without it. `fragments` are whole one by one, each
 * from a key frame on, and what there is of them can be shown wherever writing was interrupted.
 */
type Layout = 'plain' | 'fragments';

/** What a file has become. */
export interface FinishedFile {
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
  /** From the first picture to the end of the last one. */
  readonly milliseconds: number;
  readonly codec: 'H264' | 'H265';
  readonly width: number;
  readonly height: number;
}

/**
 * An MP4 file that is being written: the pictures as the camera sent them, at the times that it gave them (90,000 ticks a second).
 * Pictures that are to be shown in another order than they come in have no such times, see `StreamTraits`.
 */
export class ClipFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #output: Output;
  readonly #video: EncodedVideoPacketSource;
  readonly #audio: EncodedAudioPacketSource | null;
  readonly #configuration: DecoderConfiguration;
  readonly #first: StreamFrame;
  readonly #sound: ClipSound | null;
  #next: { frame: StreamFrame; data: Buffer } | undefined;
  #seconds = 0;
  #bytes = 0;
  #turnedAt = performance.now();
  /** Of writing: mediabunny tells it with the next fragment only. */
  #failure: unknown;
  #hasVideo = false;
  #hasAudio = false;
  #syncedAt = performance.now();

  private constructor(
    file: string,
    handle: FileHandle,
    first: StreamFrame,
    configuration: DecoderConfiguration,
    sound: ClipSound | null,
    title: string,
    layout: Layout,
  ) {
    this.#path = file;
    this.#handle = handle;
    this.#first = first;
    this.#configuration = configuration;
    this.#sound = sound;
    const writable = new WritableStream<StreamTargetChunk>({
      write: async ({ data, position }) => {
        try {
          await writeAll(handle, data, position);
          if (layout === 'fragments') await this.#syncSometimes();
        } catch (error) {
          this.#failure = error;
          throw error;
        }
      },
    });
    this.#output = new Output(
      layout === 'plain'
        ? {
            format: new Mp4OutputFormat({ fastStart: false }),
            target: new StreamTarget(writable, { chunked: true, chunkSize: chunkBytes }),
          }
        : { format: new Mp4OutputFormat({ fastStart: 'fragmented' }), target: new StreamTarget(writable) },
    );
    this.#video = new EncodedVideoPacketSource(first.codec === 'H265' ? 'hevc' : 'avc');
    // It rounds to pictures of this rate, which are the ticks that timestamps count.
    this.#output.addVideoTrack(this.#video, { frameRate: ticksPerSecond });
    this.#audio = sound === null ? null : new EncodedAudioPacketSource(sound.codec);
    if (this.#audio !== null) this.#output.addAudioTrack(this.#audio);
    this.#output.setMetadataTags({ title, date: new Date() });
  }

  /**
   * @param first a key frame
   * @param title what players show
   * @throws GatehouseError camera-codec-unsupported; errors of the file system
   */
  static async create(
    file: string,
    first: StreamFrame,
    title: string,
    sound: ClipSound | null = null,
    layout: Layout = 'plain',
  ): Promise<ClipFile> {
    const configuration = configurationOf(first);
    if (configuration === undefined) throw unsupported(first);
    const handle = await open(file, 'wx', 0o600);
    const clip = new ClipFile(file, handle, first, configuration, sound, title, layout);
    try {
      await clip.#output.start();
      return clip;
    } catch (error) {
      await clip.discard();
      throw error;
    }
  }

  /** Of pictures and sound that were added. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a frame can be in the same file: a camera that was set to another format begins a new one. */
  fits(frame: StreamFrame): boolean {
    if (frame.codec !== this.#first.codec) return false;
    if (!frame.keyFrame) return true;
    const configuration = configurationOf(frame);
    return configuration !== undefined && isSameConfiguration(configuration, this.#configuration);
  }

  /** The frame that comes next. @throws errors of the file system */
  async addPicture(frame: StreamFrame): Promise<void> {
    const before = this.#next;
    this.#next = { frame, data: withLengths(unitsOfFrame(frame)) };
    if (before === undefined) return;
    await this.#write(before, (frame.timestamp - before.frame.timestamp) / ticksPerSecond);
  }

  /** @throws errors of the file system */
  async addSound({ data, seconds, duration }: SoundPacket): Promise<void> {
    if (this.#audio === null || this.#sound === null) return;
    const meta = this.#hasAudio ? undefined : { decoderConfig: this.#sound.decoderConfig };
    this.#hasAudio = true;
    this.#bytes += data.length;
    await this.#audio.add(new EncodedPacket(data, 'key', seconds, duration), meta);
    await this.#giveTurns();
  }

  /** No more sound comes: pictures wait for it no longer. */
  endSound(): void {
    this.#audio?.close();
  }

  /** Writes the rest; all of it is on the disk when this returns. @throws errors of the file system: what is written stays */
  async finish(): Promise<FinishedFile> {
    if (this.#next !== undefined) await this.#write(this.#next, this.#lastDuration);
    await this.#output.finalize();
    await this.#handle.sync();
    const { size } = await this.#handle.stat();
    await this.#handle.close();
    const { width, height } = this.#configuration.size;
    return {
      ...{ bytes: size, sha256: await hashFile(this.#path), milliseconds: Math.round(this.#seconds * 1_000) },
      ...{ codec: this.#first.codec === 'H265' ? 'H265' : 'H264', width, height },
    };
  }

  /** Writes no more: what is in the file stays there. Of one in fragments `mendFile` makes a whole one. */
  async abandon(): Promise<void> {
    await this.#output.cancel().catch(() => {});
    await this.#handle.close().catch(() => {});
  }

  /** Nothing of it stays. */
  async discard(): Promise<void> {
    await this.abandon();
    await rm(this.#path, { force: true });
  }

  get #lastDuration(): number {
    return this.#lastGap > 0 ? this.#lastGap : usualSeconds;
  }

  async #syncSometimes(): Promise<void> {
    if (performance.now() - this.#syncedAt < syncMilliseconds) return;
    await this.#handle.datasync();
    this.#syncedAt = performance.now();
  }

  #lastGap = 0;

  async #write({ frame, data }: { frame: StreamFrame; data: Buffer }, duration: number): Promise<void> {
    this.#lastGap = duration;
    const at = (frame.timestamp - this.#first.timestamp) / ticksPerSecond;
    this.#seconds = at + duration;
    this.#bytes += data.length;
    const meta = this.#hasVideo ? undefined : { decoderConfig: videoConfig(this.#configuration) };
    this.#hasVideo = true;
    await this.#video.add(new EncodedPacket(data, frame.keyFrame ? 'key' : 'delta', at, duration), meta);
    await this.#giveTurns();
  }

  async #giveTurns(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (performance.now() - this.#turnedAt < turnMilliseconds) return;
    await turn();
    this.#turnedAt = performance.now();
  }
}

/** A disk that becomes full takes a part of it without a word, and says so only of the rest. */
async function writeAll(handle: FileHandle, data: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < data.byteLength; ) {
    const { bytesWritten } = await handle.write(data, at, data.byteLength - at, position + at);
    at += bytesWritten;
  }
}

/** SHA-256 of a file in hex, read in turns. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(file, { highWaterMark: 256 * 1024 })) hash.update(part as Buffer);
  return hash.digest('hex');
}

/** What players are told of the pictures. */
function videoConfig({ codec, record, size }: DecoderConfiguration) {
  const { width, height, pixelAspect } = size;
  const config = { codec, description: record, codedWidth: width, codedHeight: height };
  if (pixelAspect === 1) return config;
  return { ...config, displayAspectWidth: Math.round(width * pixelAspect), displayAspectHeight: height };
}

/**
 * A few frames as an MP4 in memory, from a key frame on: the last of them is what somebody wants to see.
 * @throws GatehouseError camera-codec-unsupported
 */
export async function fileOfFrames(
  frames: readonly [StreamFrame, ...StreamFrame[]],
): Promise<Uint8Array<ArrayBuffer>> {
  const [first] = frames;
  const configuration = configurationOf(first);
  if (configuration === undefined) throw unsupported(first);
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target });
  const video = new EncodedVideoPacketSource(first.codec === 'H265' ? 'hevc' : 'avc');
  output.addVideoTrack(video, { frameRate: ticksPerSecond });
  await output.start();
  const meta = { decoderConfig: videoConfig(configuration) };
  for (const frame of frames) {
    const at = (frame.timestamp - first.timestamp) / ticksPerSecond;
    const data = withLengths(unitsOfFrame(frame));
    await video.add(new EncodedPacket(data, frame.keyFrame ? 'key' : 'delta', at, usualSeconds), meta);
  }
  await output.finalize();
  return new Uint8Array(target.buffer ?? new ArrayBuffer(0));
}

function configurationOf(frame: StreamFrame): DecoderConfiguration | undefined {
  return frame.codec === 'JPEG' ? undefined : decoderConfiguration(frame.codec, unitsOfFrame(frame));
}

function unsupported({ codec }: StreamFrame): GatehouseError {
  const words =
    codec === 'JPEG'
      ? 'This camera sends MJPEG, of which no clip can be made. Keep a picture instead, or set the camera to H.264.'
      : 'The camera does not say what its pictures are like, so that no clip can be made of them.';
  return new GatehouseError('camera-codec-unsupported', words);
}

/** Each NAL unit behind its length in four bytes (ISO 14496-15 section 5.3.4.2). */
function withLengths(units: readonly Buffer[]): Buffer {
  const data = Buffer.allocUnsafe(units.reduce((sum, { length }) => sum + lengthBytes + length, 0));
  let at = 0;
  for (const unit of units) {
    at = data.writeUInt32BE(unit.length, at);
    at += unit.copy(data, at);
  }
  return data;
}
