import { createHash, randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Audit } from '../audit/audit.ts';
import { Announcer } from '../base/announcer.ts';
import { readDisk } from '../base/disk.ts';
import { Gate } from '../base/gate.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import type { Clip, ClipEvent, ClipStatement, Recording } from '../contract/clip.ts';
import { maximumClips } from '../contract/limits.ts';
import type { ReplayHistory } from '../media/replay-history.ts';
import type { StreamLease } from '../media/stream-lease.ts';
import type { ClipTable, StoredClip } from '../store/clip-table.ts';
import { type ClipCamera, titleOf, wallTime } from './clip-camera.ts';
import { ClipFiles, explainFileError, fileOf } from './clip-files.ts';
import { bytesOfFrames, keptTime } from './clip-frames.ts';
import { playableSound, soundName } from './clip-sound.ts';
import { clipOf, fileNames, manifestText, statementBytes, statementText } from './clip-statement.ts';
import { readFirstPicture } from './clip-thumbnail.ts';
import { writePast } from './past-clip.ts';
import { pngSize } from './png-size.ts';
import { type FinishedRecording, Recordings } from './recordings.ts';

const megabyte = 1024 * 1024;
/** What stays free on the disk: the database needs room, too. */
const reserveBytes = 256 * megabyte;
/** Each keeps its pictures in memory until it is written. */
const maximumWaiting = 4;

/** What is written and not in the list yet. */
type MadeFile = Omit<FinishedRecording, 'codec'> & { readonly codec: ClipStatement['codec'] };

/** Clips and pictures that somebody has kept: files in the data folder, each with what was signed of it in the database. */
export class Clips implements AsyncDisposable {
  readonly #table: ClipTable;
  readonly #files: ClipFiles;
  readonly #audit: Audit;
  readonly #limitBytes: () => number;
  readonly #log: Log;
  readonly #stored = new Map<string, StoredClip>();
  readonly #clips = new Map<string, Clip>();
  readonly #changes = new Announcer<string, ClipEvent>();
  readonly #recordings: Recordings;
  /** One is written at a time: all of them together would keep other work waiting. */
  readonly #gate = new Gate();
  readonly #closing = new AbortController();
  readonly #mended: Promise<void>;
  /** Clips that are being written, or wait for that. */
  #waiting = 0;

  /** @param parts.limitBytes of all clips together */
  constructor(parts: {
    table: ClipTable;
    /** The data folder. */
    folder: string;
    audit: Audit;
    limitBytes: () => number;
    /** What a person must know of what was recorded before this start. */
    notify?: (words: string) => void;
    log: Log;
  }) {
    this.#table = parts.table;
    this.#files = new ClipFiles(path.join(parts.folder, 'clips'));
    this.#audit = parts.audit;
    this.#limitBytes = parts.limitBytes;
    this.#log = parts.log;
    this.#recordings = new Recordings({
      ...{ files: this.#files, audit: parts.audit, log: parts.log },
      lackOfRoom: () => this.#lackOfRoom(0),
      keep: (camera, finished) => this.#keep(camera, finished),
      onChange: () =>
        this.#changes.put('recordings', { type: 'recordings', recordings: this.#recordings.list }),
      onNotKept: (words) => parts.notify?.(words),
      onEnded: (ended) => this.#changes.put(`ended ${ended.recording.id}`, { type: 'ended', ...ended }),
    });
    for (const stored of this.#table.list()) this.#take(stored);
    const { unlisted, interrupted } = this.#files.settle(new Set([...this.#clips.values()].map(fileOf)));
    if (unlisted > 0) parts.log.warn({ unlisted }, 'there are files of clips that are not in the list');
    this.#mended = this.#mend(interrupted);
  }

  /** Resolves when what was being recorded as the engine was killed is in the list. */
  get mended(): Promise<void> {
    return this.#mended;
  }

  /** Undefined: there is none of this id. */
  get(id: string): Clip | undefined {
    return this.#clips.get(id);
  }

  /** When it was and of which camera, in one line; undefined: there is none of this id. */
  nameOf(id: string): string | undefined {
    const found = this.#clips.get(id);
    return found === undefined ? undefined : fileNames([found]).get(id);
  }

  /** What is being recorded. Undefined: nothing of this id. */
  recording(id: string): Recording | undefined {
    return this.#recordings.get(id);
  }

  watch(signal: AbortSignal): AsyncGenerator<ClipEvent> {
    return this.#changes.watch(
      () => ({
        type: 'snapshot',
        clips: [...this.#clips.values()].sort((a, b) => b.savedAt - a.savedAt),
        recordings: this.#recordings.list,
        usedBytes: this.#usedBytes,
      }),
      signal,
    );
  }

  /**
   * Keeps what was received of a camera.
   * @param histories the best first
   * @param wanted.withSound whether the sound that came with the pictures is kept, too
   * @throws GatehouseError not-found when nothing is there; limit-reached, disk-full, storage-failed, camera-codec-unsupported
   */
  async saveLast(
    camera: ClipCamera,
    histories: readonly ReplayHistory[],
    wanted: { readonly seconds: number; readonly ago: number; readonly withSound: boolean },
    by: string,
  ): Promise<Clip> {
    // What is wanted is what was there when it was asked for.
    const until = performance.now() - wanted.ago;
    const { frames, sounds } = keptTime(histories, until - wanted.seconds * 1_000, until);
    const [first, ...more] = frames;
    if (first === undefined)
      throw new GatehouseError(
        'not-found',
        `Nothing of the last ${wanted.seconds} s of camera ${camera.number} is in memory: it was not on a wall, or sent nothing.`,
      );
    if (this.#waiting >= maximumWaiting)
      throw new GatehouseError('limit-reached', 'Other clips are being written. Try again in a moment.');
    const startedAt = wallTime(first.receivedAt);
    const sound = wanted.withSound ? playableSound(sounds) : null;
    const id = randomUUID();
    this.#waiting++;
    try {
      using _turn = await this.#gate.enter(this.#closing.signal);
      const finished = await this.#writing(camera, async () => {
        await this.#refuseWithoutRoom(bytesOfFrames(frames));
        return await writePast(
          this.#files.draftOf({ id, kind: 'video' }),
          titleOf(camera),
          [first, ...more],
          sound,
        );
      });
      return await this.#keepOrDiscard(camera, {
        ...{ ...finished, id, startedAt, by },
        sound: sound === null ? null : soundName(sound.sound.codec),
      });
    } finally {
      this.#waiting--;
    }
  }

  /** Keeps a picture that was made of a still. @param at milliseconds since 1970  @throws GatehouseError as `saveLast`; bad-input */
  async savePicture(camera: ClipCamera, png: Buffer, at: number, by: string): Promise<Clip> {
    const size = pngSize(png);
    if (size === undefined) throw GatehouseError.ofField('part', 'must be a PNG');
    const id = randomUUID();
    using _turn = await this.#gate.enter(this.#closing.signal);
    await this.#writing(camera, async () => {
      await this.#refuseWithoutRoom(png.length);
      await this.#files.writeDraft({ id, kind: 'picture' }, png);
    });
    const sha256 = createHash('sha256').update(png).digest('hex');
    const file = { codec: 'PNG', ...size, bytes: png.length, sha256, milliseconds: 0 } as const;
    return await this.#keepOrDiscard(camera, { ...file, id, startedAt: at, sound: null, by });
  }

  /** Begins to record a camera: see `Recordings.begin`. */
  record(camera: ClipCamera, lease: StreamLease, withSound: boolean, by: string): Promise<Recording> {
    return this.#recordings.begin(camera, lease, withSound, by);
  }

  /** Ends a recording, which is a clip then. @throws GatehouseError not-found, disk-full, storage-failed */
  endRecording(id: string): Promise<Clip> {
    return this.#recordings.end(id);
  }

  /** @throws GatehouseError not-found */
  rename(id: string, name: string): Clip {
    const stored = this.#stored.get(id);
    if (stored === undefined) throw notFound();
    this.#table.rename(id, name);
    return this.#tell(this.#take({ ...stored, name }));
  }

  /** All of them, or none. @throws GatehouseError not-found, storage-failed */
  async remove(ids: readonly string[]): Promise<void> {
    const clips = ids.map((id) => this.#require(id));
    const aside: Clip[] = [];
    try {
      for (const clip of clips) {
        await this.#files.putAside(clip);
        aside.push(clip);
      }
      this.#table.remove(ids);
    } catch (error) {
      for (const clip of aside) await this.#files.bringBack(clip);
      throw explainFileError(error, 'Nothing was removed');
    }
    for (const clip of clips) {
      this.#clips.delete(clip.id);
      this.#stored.delete(clip.id);
      const { id, cameraId } = clip;
      this.#changes.put(`clip ${id}`, { type: 'removed', id, cameraId, usedBytes: this.#usedBytes });
      await this.#files.remove(clip).catch((error: unknown) => {
        this.#log.warn({ err: error }, 'the file of a removed clip is still there');
      });
    }
  }

  /** A part of its file; shorter at the end. @throws GatehouseError not-found, storage-failed */
  async read(id: string, from: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const clip = this.#require(id);
    try {
      return await this.#files.read(clip, from, bytes);
    } catch (error) {
      throw explainFileError(error, 'The clip cannot be read');
    }
  }

  /** Its first picture as an MP4 of its own; of a picture the PNG. @throws GatehouseError not-found, storage-failed */
  async thumbnail(id: string): Promise<File> {
    const clip = this.#require(id);
    try {
      if (clip.kind === 'picture')
        return new File([await this.#files.read(clip, 0, clip.bytes)], 'picture.png', { type: 'image/png' });
      const first = await readFirstPicture(this.#files.pathOf(clip));
      return new File(first === undefined ? [] : [first], 'picture.mp4', { type: 'video/mp4' });
    } catch (error) {
      throw explainFileError(error, 'The clip cannot be read');
    }
  }

  /** What was signed of clips, and what their files are called beside it. @throws GatehouseError not-found */
  manifest(ids: readonly string[]): { text: string; files: { id: string; name: string }[] } {
    const clips = ids.map((id) => this.#require(id));
    const names = fileNames(clips);
    const listed = [...this.#stored.values()].flatMap((stored) => {
      const file = names.get(stored.id);
      return file === undefined ? [] : [{ ...stored, file }];
    });
    const files = [...names].map(([id, name]) => ({ id, name }));
    return { text: manifestText(listed, this.#audit.publicKeys, Date.now()), files };
  }

  /** What is being recorded is kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new GatehouseError('internal', 'Gatehouse is being closed.'));
    await this.#mended;
    await this.#recordings[Symbol.asyncDispose]();
    // Whoever is writing leaves first.
    using _turn = await this.#gate.enter(new AbortController().signal);
  }

  /** One after the other; those that are not done when the engine is closed are for the next start. */
  async #mend(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      if (this.#closing.signal.aborted) return;
      await this.#recordings.mend(id);
    }
  }

  get #usedBytes(): number {
    let bytes = 0;
    for (const clip of this.#clips.values()) bytes += clip.bytes;
    return bytes;
  }

  #require(id: string): Clip {
    const clip = this.#clips.get(id);
    if (clip === undefined) throw notFound();
    return clip;
  }

  async #writing<Result>(camera: ClipCamera, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw explainFileError(error, `Nothing of camera ${camera.number} was kept`);
    }
  }

  /** @throws GatehouseError limit-reached, disk-full */
  async #refuseWithoutRoom(bytes: number): Promise<void> {
    const lack = await this.#lackOfRoom(bytes);
    if (lack !== null) throw lack;
  }

  /** Why so many bytes more cannot be kept; null: they can. Nothing that somebody has kept makes room by itself. */
  async #lackOfRoom(bytes: number): Promise<GatehouseError | null> {
    const limitBytes = this.#limitBytes();
    const usedBytes = this.#usedBytes + this.#recordings.bytes;
    if (usedBytes + bytes >= limitBytes || this.#clips.size >= maximumClips)
      return new GatehouseError(
        'limit-reached',
        limitBytes === 0
          ? 'This console keeps no clips: the settings leave no room for them.'
          : `There is no more room for clips: ${megabytes(usedBytes)} of ${megabytes(limitBytes)} MB are used by ${this.#clips.size}. Remove some that nobody needs, or change the room in the settings.`,
      );
    const { free } = await readDisk(this.#files.folder);
    if (free > reserveBytes + bytes) return null;
    return new GatehouseError(
      'disk-full',
      'The disk of the data folder is full. Make room on it and try again.',
    );
  }

  async #keepOrDiscard(camera: ClipCamera, made: Omit<MadeFile, 'endMissing'>): Promise<Clip> {
    try {
      return await this.#keep(camera, { ...made, endMissing: null });
    } catch (error) {
      if (!this.#clips.has(made.id))
        await this.#files.discard({ id: made.id, kind: made.codec === 'PNG' ? 'picture' : 'video' });
      throw error;
    }
  }

  /** Its file is written: signs it, lists it, gives it its name. @throws GatehouseError: the file stays */
  async #keep(camera: ClipCamera, made: MadeFile): Promise<Clip> {
    const { id, startedAt, milliseconds, codec, sound, width, height, bytes, sha256, by, endMissing } = made;
    const statement: ClipStatement = {
      ...{ format: 'gatehouse-clip', version: 1, id, kind: codec === 'PNG' ? 'picture' : 'video' },
      ...{ cameraId: camera.id, cameraNumber: camera.number, cameraName: camera.name },
      ...{ startedAt, milliseconds, codec, sound, width, height, bytes, sha256 },
      ...{ savedAt: Date.now(), savedBy: by },
      ...{ endMissing: endMissing !== null, endMissingCause: endMissing },
    };
    const text = statementText(statement);
    const { savedAt } = statement;
    const stored = { id, name: '', savedAt, statement: text, ...this.#audit.sign(statementBytes(text)) };
    this.#table.insert(stored);
    const clip = this.#take(stored);
    await this.#writing(camera, () => this.#files.keep(clip));
    return this.#tell(clip);
  }

  #take(stored: StoredClip): Clip {
    const clip = clipOf(stored);
    this.#stored.set(stored.id, stored);
    this.#clips.set(stored.id, clip);
    return clip;
  }

  #tell(clip: Clip): Clip {
    this.#changes.put(`clip ${clip.id}`, { type: 'clip', clip, usedBytes: this.#usedBytes });
    return clip;
  }
}

function notFound(): GatehouseError {
  return new GatehouseError('not-found', 'This clip does not exist any more.');
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / megabyte);
}
