import { type FileHandle, open } from 'node:fs/promises';
import {
  EncodedAudioPacketSource,
  EncodedVideoPacketSource,
  Mp4OutputFormat,
  NullTarget,
  Output,
} from 'mediabunny';
import type { StreamFrame } from '../media/stream-frame.ts';
import type { FinishedFile } from './clip-file.ts';
import {
  codecOf,
  configurationOf,
  fits,
  pictureData,
  ticksPerSecond,
  usualSeconds,
  videoConfig,
} from './clip-pictures.ts';
import type { ClipSound, SoundPacket } from './clip-sound.ts';
import type { DecoderConfiguration } from './decoder-configuration.ts';
import { hashFile, writeAll } from './file-bytes.ts';
import {
  type Entrance,
  type FragmentSample,
  movieFragment,
  randomAccess,
  type TrackRun,
} from './movie-fragment.ts';

const [pictureTrack, soundTrack] = [1, 2];
/** So much is lost at most when Gatehouse is killed. */
const longestTicks = ticksPerSecond;
/** A key frame begins a new fragment, for players that look for it, unless key frames come one upon the other. */
const shortestTicks = ticksPerSecond / 2;
/** So much is lost at most when the power fails, besides the fragment that is being made. */
const syncMilliseconds = 5_000;
/** Of a picture that is written before it is known how long it stays: the next one has its own time. */
const briefTicks = ticksPerSecond / 1_000;

/**
 * An MP4 file of what is being recorded, in fragments of about a second: what there is of them can be shown wherever writing was
 * interrupted, see `mendFile`. Pictures are as the camera sent them, at the times that it gave them.
 */
export class RecordingFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #first: StreamFrame;
  readonly #configuration: DecoderConfiguration;
  readonly #pictures = new WaitingSamples();
  readonly #sounds = new WaitingSamples();
  readonly #soundHertz: number;
  readonly #entrances: Entrance[] = [];
  #fragments = 0;
  #position = 0;
  #bytes = 0;
  #syncedAt = performance.now();

  private constructor(
    file: string,
    handle: FileHandle,
    first: StreamFrame,
    configuration: DecoderConfiguration,
    sound: ClipSound | null,
  ) {
    this.#path = file;
    this.#handle = handle;
    this.#first = first;
    this.#configuration = configuration;
    this.#soundHertz = sound?.decoderConfig.sampleRate ?? 0;
  }

  /**
   * @param first a key frame, which is not in the file before it is added
   * @param title what players show
   * @throws GatehouseError camera-codec-unsupported; errors of the file system: what is written stays
   */
  static async create(
    file: string,
    first: StreamFrame,
    title: string,
    sound: ClipSound | null,
  ): Promise<RecordingFile> {
    const configuration = configurationOf(first);
    const handle = await open(file, 'wx', 0o600);
    const recording = new RecordingFile(file, handle, first, configuration, sound);
    try {
      await recording.#write(await description(first, configuration, title, sound));
      return recording;
    } catch (error) {
      await recording.abandon();
      throw error;
    }
  }

  /** Of pictures and sound that were added. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a frame can be in the same file: a camera that was set to another format begins a new one. */
  fits(frame: StreamFrame): boolean {
    return fits(frame, this.#first, this.#configuration);
  }

  /** The frame that comes next. @throws errors of the file system */
  async addPicture(frame: StreamFrame): Promise<void> {
    const at = frame.timestamp - this.#first.timestamp;
    const { began } = this.#pictures;
    if (began !== undefined && isFragmentDue(began, at, frame.keyFrame)) {
      // How long the last one stays is known now.
      this.#pictures.endAt(at);
      await this.#writeFragment();
    }
    const data = pictureData(frame);
    const before = this.#pictures.newestAt;
    const duration = before === undefined ? usualSeconds * ticksPerSecond : at - before;
    this.#pictures.add({ data, at, duration, isKey: frame.keyFrame });
    this.#bytes += data.length;
  }

  addSound({ data, seconds, duration }: SoundPacket): void {
    const ticks = (time: number) => Math.round(time * this.#soundHertz);
    this.#sounds.add({ data, at: ticks(seconds), duration: ticks(duration), isKey: true });
    this.#bytes += data.length;
  }

  /** What was added is on the disk when this returns, but for the last picture of several. @throws errors of the file system */
  async flush(): Promise<void> {
    const { began, newestAt } = this.#pictures;
    if (newestAt !== undefined && began?.at === newestAt) this.#pictures.endAt(newestAt + briefTicks);
    await this.#writeFragment();
    await this.#handle.datasync();
  }

  /** Writes the rest; all of it is on the disk when this returns. @throws errors of the file system: what is written stays */
  async finish(): Promise<FinishedFile> {
    this.#pictures.end();
    this.#sounds.end();
    await this.#writeFragment();
    await this.#write(randomAccess(pictureTrack, this.#entrances));
    await this.#handle.sync();
    await this.#handle.close();
    const { width, height } = this.#configuration.size;
    const milliseconds = Math.round((this.#pictures.until / ticksPerSecond) * 1_000);
    return {
      ...{ bytes: this.#position, sha256: await hashFile(this.#path), milliseconds },
      ...{ codec: this.#first.codec === 'H265' ? 'H265' : 'H264', width, height },
    };
  }

  /** Writes no more: what is in the file stays there. */
  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => {});
  }

  async #writeFragment(): Promise<void> {
    const [pictures, sounds] = [this.#pictures.take(), this.#sounds.take()];
    const runs: TrackRun[] = [];
    if (pictures !== undefined) runs.push({ track: pictureTrack, samples: pictures });
    if (sounds !== undefined) runs.push({ track: soundTrack, samples: sounds });
    if (runs.length === 0) return;
    const [first] = pictures ?? [];
    if (first?.isKey === true) this.#entrances.push({ at: first.at, position: this.#position });
    await this.#write(movieFragment(++this.#fragments, runs));
  }

  async #write(data: Buffer): Promise<void> {
    await writeAll(this.#handle, data, this.#position);
    this.#position += data.length;
    if (performance.now() - this.#syncedAt < syncMilliseconds) return;
    await this.#handle.datasync();
    this.#syncedAt = performance.now();
  }
}

function isFragmentDue(began: FragmentStart, at: number, isKey: boolean): boolean {
  const length = at - began.at;
  return length >= longestTicks || (isKey && (length >= shortestTicks || !began.isKey));
}

type FragmentStart = Pick<FragmentSample, 'at' | 'isKey'>;

/** What the next fragment will have of a track. How long the newest of it lasts is assumed until the next one comes. */
class WaitingSamples {
  #samples: FragmentSample[] = [];
  #newest: FragmentSample | undefined;
  /** Up to where what was written or waits lasts, but for the newest. */
  until = 0;

  /** Undefined: nothing waits. */
  get began(): FragmentStart | undefined {
    return this.#samples[0] ?? this.#newest;
  }

  get newestAt(): number | undefined {
    return this.#newest?.at;
  }

  add(sample: FragmentSample): void {
    const at = Math.max(sample.at, this.#newest?.at ?? this.until);
    this.endAt(at);
    this.#newest = { ...sample, at };
  }

  endAt(until: number): void {
    if (this.#newest === undefined) return;
    this.#samples.push({ ...this.#newest, duration: until - this.#newest.at });
    this.#newest = undefined;
    this.until = until;
  }

  /** No other one comes. */
  end(): void {
    if (this.#newest !== undefined) this.endAt(this.#newest.at + this.#newest.duration);
  }

  take(): TrackRun['samples'] | undefined {
    const [first, ...more] = this.#samples;
    this.#samples = [];
    return first === undefined ? undefined : [first, ...more];
  }
}

/** What stands before the fragments: all that players must know of pictures and sound. */
async function description(
  first: StreamFrame,
  configuration: DecoderConfiguration,
  title: string,
  sound: ClipSound | null,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  const take = (data: Uint8Array) => void parts.push(Buffer.from(data));
  const output = new Output({
    format: new Mp4OutputFormat({ fastStart: 'fragmented', onFtyp: take, onMoov: take }),
    target: new NullTarget(),
  });
  output.addVideoTrack(new EncodedVideoPacketSource(codecOf(first)), {
    frameRate: ticksPerSecond,
    decoderConfig: videoConfig(configuration),
  });
  if (sound !== null)
    output.addAudioTrack(new EncodedAudioPacketSource(sound.codec), { decoderConfig: sound.decoderConfig });
  output.setMetadataTags({ title, date: new Date() });
  await output.start();
  await output.finalize();
  return Buffer.concat(parts);
}
