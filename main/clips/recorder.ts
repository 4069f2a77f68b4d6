import { GatehouseError } from '../base/gatehouse-error.ts';
import type { ClipStatement } from '../contract/clip.ts';
import type { AudioFrame } from '../media/audio-stream.ts';
import type { KeptSound } from '../media/replay-history.ts';
import type { StreamFrame } from '../media/stream-frame.ts';
import type { StreamLease } from '../media/stream-lease.ts';
import type { FinishedFile } from './clip-file.ts';
import { bytesOfFrames } from './clip-frames.ts';
import { type ClipSound, clipSound, isSameSound, SoundPackets, soundName } from './clip-sound.ts';
import { RecordingFile } from './recording-file.ts';

/** A camera that is asked for a key frame mostly sends one within a second, others every ten. */
const firstPictureMilliseconds = 12_000;
/** Pictures that wait for the disk. One that is so far behind does not come round: what is written until then is kept. */
const maximumWaitingBytes = 64 * 1024 * 1024;
/** Whether there is sound stands at the beginning of the file: a camera that has some and sends none is not waited for any longer. */
const firstSoundMilliseconds = 1_000;
const maximumWaitingSounds = 500;

/** Why a recording does not go on. */
export type RecorderEnd = 'too-long' | 'no-room' | 'slow-disk' | 'format-changed' | 'failed';

export interface RecorderOptions {
  readonly lease: StreamLease;
  readonly file: string;
  readonly title: string;
  /** Whether the sound of the camera is recorded, too. */
  readonly withSound: boolean;
  readonly longestMilliseconds: number;
  /** Whether it may go on. */
  readonly hasRoom: () => Promise<boolean>;
  /** Called once, when it does not go on. `finish` says what there is of it. */
  readonly onEnd: (end: RecorderEnd) => void;
}

/**
 * Writes a stream into a file as it comes, from the key frame before the beginning. It goes on over interruptions of the camera. The lease
 * is its own from the beginning.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #first = Promise.withResolvers<StreamFrame>();
  readonly #reading = new DisposableStack();
  #waiting: StreamFrame[] = [];
  #waitingBytes = 0;
  #sounds: KeptSound[] = [];
  #soundPackets: SoundPackets | undefined;
  #isEnding = false;
  #wake: () => void = () => {};
  readonly #firstSound = Promise.withResolvers<void>();
  readonly #kept = Promise.withResolvers<void>();
  #file: RecordingFile | undefined;
  /** Undefined: there is none in the file. */
  #sound: ClipSound | undefined;
  /** Of what is in the file. */
  #soundName: ClipStatement['sound'] = null;
  #begun: StreamFrame | undefined;
  #writing: Promise<void> = Promise.resolve();
  #failure: unknown;

  private constructor(options: RecorderOptions) {
    this.#options = options;
    const { stream } = options.lease;
    this.#reading.use(options.lease);
    const cached = stream.isGopWhole ? stream.gop : [];
    for (const frame of cached) this.#take(frame);
    if (cached.length === 0) stream.wantKeyFrame();
    this.#reading.use(stream.read((frame) => this.#take(frame)));
  }

  /**
   * Returns when the first picture is in the file, and the file on the disk.
   * @throws GatehouseError camera-silent, camera-codec-unsupported; errors of the file system
   */
  static async start(options: RecorderOptions): Promise<Recorder> {
    const recorder = new Recorder(options);
    try {
      await recorder.#open();
      return recorder;
    } catch (error) {
      recorder.#reading.dispose();
      await recorder.#file?.abandon();
      throw error;
    }
  }

  /** When its first picture came in: `performance.now()`. */
  get beganAt(): number {
    return this.#begun?.receivedAt ?? performance.now();
  }

  /** What is written of it, and what waits. */
  get bytes(): number {
    return (this.#file?.bytes ?? 0) + this.#waitingBytes;
  }

  /** What the sound in it is; null: there is none. */
  get sound(): ClipStatement['sound'] {
    return this.#soundName;
  }

  /** Ends it. @throws errors of the file system: what is written of it stays, see `mendFile` */
  async finish(): Promise<FinishedFile> {
    this.#end();
    await this.#writing;
    const file = this.#file;
    if (file === undefined) throw new Error('the recording has no file');
    try {
      if (this.#failure !== undefined) throw this.#failure;
      return await file.finish();
    } catch (error) {
      await file.abandon();
      throw error;
    }
  }

  #take(frame: StreamFrame): void {
    if (this.#isEnding) return;
    if (this.#begun === undefined) {
      if (!frame.keyFrame) return;
      this.#begun = frame;
      this.#first.resolve(frame);
    }
    this.#waiting.push(frame);
    this.#waitingBytes += bytesOfFrames([frame]);
    if (this.#waitingBytes > maximumWaitingBytes) this.#stop('slow-disk');
    this.#wake();
  }

  #hear(frame: AudioFrame): void {
    if (this.#isEnding || this.#sound === undefined || !isSameSound(this.#sound, clipSound(frame))) return;
    if (this.#sounds.length < maximumWaitingSounds)
      this.#sounds.push({ frame, receivedAt: performance.now() });
    this.#firstSound.resolve();
  }

  async #open(): Promise<void> {
    const timer = setTimeout(
      () =>
        this.#first.reject(
          new GatehouseError('camera-silent', 'The camera sends no picture: nothing is recorded.'),
        ),
      firstPictureMilliseconds,
    );
    const first = await this.#first.promise.finally(() => clearTimeout(timer));
    const { file, title, lease, withSound } = this.#options;
    const { track } = lease.audio;
    if (withSound && track !== undefined) this.#sound = clipSound(track);
    if (this.#sound !== undefined && !this.#isEnding)
      this.#reading.use(lease.audio.read((frame) => this.#hear(frame)));
    await this.#untilSound();
    this.#file = await RecordingFile.create(file, first, title, this.#sound ?? null);
    this.#writing = this.#write(this.#file);
    await this.#kept.promise;
  }

  async #untilSound(): Promise<void> {
    if (this.#sound === undefined) return;
    const timer = setTimeout(() => {
      this.#sound = undefined;
      this.#firstSound.resolve();
    }, firstSoundMilliseconds);
    await this.#firstSound.promise.finally(() => clearTimeout(timer));
  }

  async #write(file: RecordingFile): Promise<void> {
    try {
      let isKept = false;
      for (;;) {
        this.#writeSounds(file);
        const frame = this.#waiting.shift();
        if (frame !== undefined) {
          this.#waitingBytes -= bytesOfFrames([frame]);
          // Whether there is room for the first one was asked before.
          if (file.bytes > 0 && !(await this.#mayGoOn(file, frame))) return;
          await file.addPicture(frame);
        } else if (!isKept) {
          await file.flush();
          isKept = true;
          this.#kept.resolve();
        } else if (this.#isEnding) return;
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
    } catch (error) {
      this.#failure = error;
      this.#kept.reject(error);
      this.#stop('failed');
    } finally {
      // What ends so early is kept by `finish`.
      this.#kept.resolve();
    }
  }

  async #mayGoOn(file: RecordingFile, frame: StreamFrame): Promise<boolean> {
    const { longestMilliseconds, hasRoom } = this.#options;
    const end = !file.fits(frame)
      ? 'format-changed'
      : frame.receivedAt - this.beganAt > longestMilliseconds
        ? 'too-long'
        : frame.keyFrame && !(await hasRoom())
          ? 'no-room'
          : null;
    if (end === null) return true;
    this.#stop(end);
    this.#waiting = [];
    return false;
  }

  #writeSounds(file: RecordingFile): void {
    if (this.#sound === undefined) return;
    for (const sound of this.#sounds.splice(0)) {
      this.#soundPackets ??= new SoundPackets(this.beganAt);
      this.#soundName = soundName(this.#sound.codec);
      for (const packet of this.#soundPackets.of(sound)) file.addSound(packet);
    }
  }

  #stop(end: RecorderEnd): void {
    if (this.#isEnding) return;
    this.#end();
    this.#options.onEnd(end);
  }

  #end(): void {
    this.#isEnding = true;
    this.#reading.dispose();
    this.#wake();
  }
}
