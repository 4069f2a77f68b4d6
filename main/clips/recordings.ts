import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { type Audit, gatehouse } from '../audit/audit.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import { cameraId } from '../contract/camera.ts';
import {
  type Clip,
  type ClipStatement,
  type EndMissingCause,
  endMissingCause,
  type Recording,
  type RecordingEnd,
  type RecordingOutcome,
} from '../contract/clip.ts';
import type { StreamLease } from '../media/stream-lease.ts';
import { type ClipCamera, titleOf, wallTime } from './clip-camera.ts';
import type { FinishedFile } from './clip-file.ts';
import { type ClipFiles, explainFileError, fileErrorCode } from './clip-files.ts';
import { type InterruptedFile, mendFile } from './interrupted-clip.ts';
import { Recorder, type RecorderEnd } from './recorder.ts';

const longestMilliseconds = 60 * 60_000;
const maximumRecordings = 16;

interface RunningRecording {
  readonly recording: Recording;
  readonly recorder: Recorder;
  readonly camera: ClipCamera;
}

/** What a recording is when it has ended. */
export interface FinishedRecording extends FinishedFile {
  readonly id: string;
  readonly startedAt: number;
  readonly sound: ClipStatement['sound'];
  readonly by: string;
  /** Null: it is whole. */
  readonly endMissing: EndMissingCause | null;
}

/** Nothing of it is in the list. */
interface LostRecording {
  readonly failure: GatehouseError;
  readonly outcome: 'unlisted' | 'lost';
}

type EndedRecording = LostRecording | { readonly clip: Clip };

/** A recording that has ended by itself. */
interface SelfEnded {
  readonly recording: Recording;
  readonly cameraNumber: number;
  readonly end: RecordingEnd;
  readonly outcome: RecordingOutcome;
}

/** What stands beside a recording while it is written, so that it is not lost when the engine is killed. */
const recordingNote = z.object({
  camera: z.object({ id: cameraId, number: z.int(), name: z.string() }),
  startedAt: z.int(),
  by: z.string(),
  /** Null: it was written to its end, and could not be listed. */
  endMissing: endMissingCause.nullable().default('interrupted'),
});
type RecordingNote = z.infer<typeof recordingNote>;

function noteText(
  { id, number, name }: ClipCamera,
  { startedAt, by }: Recording,
  endMissing: EndMissingCause | null,
): string {
  return JSON.stringify({ camera: { id, number, name }, startedAt, by, endMissing } satisfies RecordingNote);
}

function beginningOf({ camera: { number, name }, by }: RecordingNote): string {
  return `A recording of camera ${number}, ${name}, by ${by}`;
}

interface RecordingsOptions {
  readonly files: ClipFiles;
  /** Why nothing more may be written; null: it may. */
  readonly lackOfRoom: () => Promise<GatehouseError | null>;
  /** Signs and lists what is written. @throws GatehouseError: the file stays */
  readonly keep: (camera: ClipCamera, finished: FinishedRecording) => Promise<Clip>;
  /** They are others now. */
  readonly onChange: () => void;
  readonly onEnded: (ended: SelfEnded) => void;
  /** Of what was recorded before this start: what a person must know. Must not throw. */
  readonly onNotKept: (words: string) => void;
  readonly audit: Audit;
  readonly log: Log;
}

/** What is being recorded now. Who begins one need not stay: it is the engine's. */
export class Recordings implements AsyncDisposable {
  readonly #options: RecordingsOptions;
  readonly #running = new Map<string, RunningRecording>();
  /** Those that have no picture yet. */
  #beginning = 0;

  constructor(options: RecordingsOptions) {
    this.#options = options;
  }

  get list(): Recording[] {
    return [...this.#running.values()].map(({ recording }) => recording);
  }

  /** What is written of all of them. */
  get bytes(): number {
    let bytes = 0;
    for (const { recorder } of this.#running.values()) bytes += recorder.bytes;
    return bytes;
  }

  /** Undefined: there is none of this id. */
  get(id: string): Recording | undefined {
    return this.#running.get(id)?.recording;
  }

  /**
   * Answers when the first picture is in the file.
   * @param lease given back when it ends, also when it does not begin
   * @throws GatehouseError limit-reached, disk-full, storage-failed, camera-silent, camera-codec-unsupported
   */
  async begin(camera: ClipCamera, lease: StreamLease, withSound: boolean, by: string): Promise<Recording> {
    const id = randomUUID();
    // It may end before it is in the list.
    let end: RecorderEnd | undefined;
    let recorder: Recorder | undefined;
    this.#beginning++;
    const { files } = this.#options;
    try {
      await this.#refuse(lease);
      recorder = await Recorder.start({
        ...{ lease, withSound, longestMilliseconds, title: titleOf(camera) },
        file: files.draftOf({ id, kind: 'video' }),
        hasRoom: async () => (await this.#options.lackOfRoom()) === null,
        onEnd: (reason) => {
          end = reason;
          void this.#endByItself(id, reason);
        },
      });
      const recording: Recording = { id, cameraId: camera.id, startedAt: wallTime(recorder.beganAt), by };
      await files.note(id, noteText(camera, recording, 'interrupted'));
      this.#running.set(id, { recording, recorder, camera });
      this.#options.onChange();
      if (end !== undefined) void this.#endByItself(id, end);
      return recording;
    } catch (error) {
      await recorder?.finish().catch(() => {});
      await files.discard({ id, kind: 'video' });
      throw explainFileError(error, `Nothing of camera ${camera.number} was kept`);
    } finally {
      this.#beginning--;
    }
  }

  /**
   * Ends it. Where it could not be written to its end, what there is of it is kept.
   * @throws GatehouseError not-found, disk-full, storage-failed
   */
  async end(id: string): Promise<Clip> {
    const running = this.#running.get(id);
    if (running === undefined) throw new GatehouseError('not-found', 'This recording has ended already.');
    const ended = await this.#finish(running);
    if ('failure' in ended) throw ended.failure;
    return ended.clip;
  }

  /**
   * Keeps what there is of a recording in the midst of which the engine was killed, or the power failed, or that could not be listed.
   * Never rejects: where that does not succeed a person is told, and the draft stays for the next start unless nothing of it can be shown.
   */
  async mend(id: string): Promise<void> {
    const { files, keep, audit, log, onNotKept } = this.#options;
    const draft = { id, kind: 'video' } as const;
    let note: RecordingNote | undefined;
    try {
      note = recordingNote.parse(JSON.parse(await files.noted(id)));
      const { camera, startedAt, by, endMissing } = note;
      const about = [{ id: camera.id, name: camera.name }];
      const deed = { did: 'clips.ended', about, details: { reason: endMissing ?? 'closed' } };
      const mended = await mendFile(files.draftOf(draft));
      if (mended === null) {
        await files.discard(draft);
        log.warn({ camera: camera.id }, 'nothing of a recording that was interrupted can be shown');
        onNotKept(`${beginningOf(note)} is lost: nothing of it that can be shown was on the disk.`);
        audit.refuse(gatehouse, { ...deed, outcome: 'storage-failed' });
        return;
      }
      await keep(camera, { ...mended, id, startedAt, by, endMissing });
      audit.write(gatehouse, deed);
    } catch (error) {
      log.error(
        { err: GatehouseError.from(error), id },
        'a recording that was interrupted could not be kept',
      );
      if (note !== undefined)
        onNotKept(
          `${beginningOf(note)} could not be listed: see that the disk has room and takes what is written. It becomes a clip when Gatehouse is started again.`,
        );
    }
  }

  /** What is there of them is kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const id of [...this.#running.keys()]) await this.#endByItself(id, 'closed');
  }

  async #refuse(lease: StreamLease): Promise<void> {
    const lack =
      this.#running.size + this.#beginning > maximumRecordings
        ? new GatehouseError(
            'limit-reached',
            `${maximumRecordings} cameras are being recorded. End one of these recordings first.`,
          )
        : await this.#options.lackOfRoom();
    if (lack === null) return;
    lease[Symbol.dispose]();
    throw lack;
  }

  async #endByItself(id: string, end: RecorderEnd | 'closed'): Promise<void> {
    const running = this.#running.get(id);
    if (running === undefined) return;
    const { recording, camera } = running;
    const { audit, log, onEnded } = this.#options;
    const deed = { did: 'clips.ended', about: [{ id: camera.id, name: camera.name }] };
    const told = { recording, cameraNumber: camera.number };
    const ended = await this.#finish(running);
    if ('failure' in ended) {
      const { failure, outcome } = ended;
      const reason = failure.code === 'disk-full' ? failure.code : 'storage-failed';
      audit.refuse(gatehouse, { ...deed, details: { reason }, outcome: failure.code });
      onEnded({ ...told, end: reason, outcome });
      return;
    }
    const { endMissing, endMissingCause } = ended.clip;
    const written = endMissingCause === 'disk-full' ? endMissingCause : 'storage-failed';
    const reason = endMissing || end === 'failed' ? written : end;
    onEnded({ ...told, end: reason, outcome: endMissing ? 'end-missing' : 'kept' });
    try {
      audit.write(gatehouse, { ...deed, details: { reason } });
    } catch (error) {
      // A disk that took the clip may have no room for more.
      log.error({ err: error }, 'the audit could not say that a recording has ended');
    }
  }

  /** Never rejects: what fails is in the log, too. */
  async #finish(running: RunningRecording): Promise<EndedRecording> {
    const { recording, recorder, camera } = running;
    const { id, startedAt, by } = recording;
    const { files, keep, log, onChange } = this.#options;
    this.#running.delete(id);
    onChange();
    const written = await recorder.finish().then(
      (file) => ({ file, endMissing: null }),
      (error: unknown) => ({ error, endMissing: causeOf(error) }),
    );
    const { endMissing } = written;
    try {
      const finished =
        'file' in written
          ? { ...written.file, sound: recorder.sound }
          : await this.#rescue(running, written.error);
      if ('failure' in finished) return finished;
      return { clip: await keep(camera, { ...finished, id, startedAt, by, endMissing }) };
    } catch (error) {
      const failure = new GatehouseError(
        fileErrorCode(error),
        `What was recorded of camera ${camera.number} could not be listed: see that the disk has room and takes what is written. It becomes a clip when Gatehouse is started again.`,
        { cause: error },
      );
      log.error({ err: failure, camera: camera.id }, 'a recording could not be listed');
      await files.noteAnew(id, noteText(camera, recording, endMissing)).catch((because: unknown) => {
        log.error({ err: because }, 'the next start will say of a recording that it was interrupted');
      });
      return { failure, outcome: 'unlisted' };
    }
  }

  /** What there is of a recording that could not be written to its end. @throws errors of the file system: the file stays */
  async #rescue(
    { recording: { id }, camera }: RunningRecording,
    error: unknown,
  ): Promise<InterruptedFile | LostRecording> {
    const { files, log } = this.#options;
    log.error({ err: error, camera: camera.id }, 'a recording could not be written to its end');
    const draft = { id, kind: 'video' } as const;
    const mended = await mendFile(files.draftOf(draft));
    if (mended !== null) return mended;
    await files.discard(draft);
    return {
      failure: explainFileError(error, `Nothing of camera ${camera.number} was kept`),
      outcome: 'lost',
    };
  }
}

function causeOf(error: unknown): EndMissingCause {
  return fileErrorCode(error) === 'disk-full' ? 'disk-full' : 'storage-failed';
}
