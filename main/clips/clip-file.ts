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
import type { StreamFrame } from '../media/stream-frame.ts';
import {
  codecOf,
  configurationOf,
  pictureData,
  ticksPerSecond,
  usualSeconds,
  videoConfig,
} from './clip-pictures.ts';
import type { ClipSound, SoundPacket } from './clip-sound.ts';
import type { DecoderConfiguration } from './decoder-configuration.ts';
import { hashFile, writeAll } from './file-bytes.ts';

/** What is written at once. */
const chunkBytes = 1024 * 1024;
/** Pictures and sound are handed over for so long; then packets of other cameras have their turn. */
const turnMilliseconds = 4;

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
 * An MP4 file of what is there already: the pictures as the camera sent them, at the times that it gave them (90,000 ticks a second).
 * Its index is at the end: it is nothing before it is whole.
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
  #turnedAt = performance.now();
  #hasVideo = false;
  #hasAudio = false;

  private constructor(
    file: string,
    handle: FileHandle,
    first: StreamFrame,
    configuration: DecoderConfiguration,
    sound: ClipSound | null,
    title: string,
  ) {
    this.#path = file;
    this.#handle = handle;
    this.#first = first;
    this.#configuration = configuration;
    this.#sound = sound;
    const writable = new WritableStream<StreamTargetChunk>({
      write: ({ data, position }) => writeAll(handle, data, position),
    });
    this.#output = new Output({
      format: new Mp4OutputFormat({ fastStart: false }),
      target: new StreamTarget(writable, { chunked: true, chunkSize: chunkBytes }),
    });
    this.#video = new EncodedVideoPacketSource(codecOf(first));
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
  ): Promise<ClipFile> {
    const configuration = configurationOf(first);
    const handle = await open(file, 'wx', 0o600);
    const clip = new ClipFile(file, handle, first, configuration, sound, title);
    try {
      await clip.#output.start();
      return clip;
    } catch (error) {
      await clip.discard();
      throw error;
    }
  }

  /** The frame that comes next. @throws errors of the file system */
  async addPicture(frame: StreamFrame): Promise<void> {
    const before = this.#next;
    this.#next = { frame, data: pictureData(frame) };
    if (before === undefined) return;
    await this.#write(before, (frame.timestamp - before.frame.timestamp) / ticksPerSecond);
  }

  /** @throws errors of the file system */
  async addSound({ data, seconds, duration }: SoundPacket): Promise<void> {
    if (this.#audio === null || this.#sound === null) return;
    const meta = this.#hasAudio ? undefined : { decoderConfig: this.#sound.decoderConfig };
    this.#hasAudio = true;
    await this.#audio.add(new EncodedPacket(data, 'key', seconds, duration), meta);
    await this.#giveTurns();
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

  /** Nothing of it stays. */
  async discard(): Promise<void> {
    await this.#output.cancel().catch(() => {});
    await this.#handle.close().catch(() => {});
    await rm(this.#path, { force: true });
  }

  get #lastDuration(): number {
    return this.#lastGap > 0 ? this.#lastGap : usualSeconds;
  }

  #lastGap = 0;

  async #write({ frame, data }: { frame: StreamFrame; data: Buffer }, duration: number): Promise<void> {
    this.#lastGap = duration;
    const at = (frame.timestamp - this.#first.timestamp) / ticksPerSecond;
    this.#seconds = at + duration;
    const meta = this.#hasVideo ? undefined : { decoderConfig: videoConfig(this.#configuration) };
    this.#hasVideo = true;
    await this.#video.add(new EncodedPacket(data, frame.keyFrame ? 'key' : 'delta', at, duration), meta);
    await this.#giveTurns();
  }

  async #giveTurns(): Promise<void> {
    if (performance.now() - this.#turnedAt < turnMilliseconds) return;
    await turn();
    this.#turnedAt = performance.now();
  }
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
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target });
  const video = new EncodedVideoPacketSource(codecOf(first));
  output.addVideoTrack(video, { frameRate: ticksPerSecond });
  await output.start();
  const meta = { decoderConfig: videoConfig(configuration) };
  for (const frame of frames) {
    const at = (frame.timestamp - first.timestamp) / ticksPerSecond;
    await video.add(
      new EncodedPacket(pictureData(frame), frame.keyFrame ? 'key' : 'delta', at, usualSeconds),
      meta,
    );
  }
  await output.finalize();
  return new Uint8Array(target.buffer ?? new ArrayBuffer(0));
}
