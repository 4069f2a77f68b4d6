import type { Database, Statement } from 'better-sqlite3';
import * as z from 'zod';
import type { StreamProfile } from '../contract/camera.ts';
import { type StateChange, type StreamSample, stateChange, streamSample } from '../contract/history.ts';

/** A row of one stream. */
interface OfStream {
  readonly cameraId: string;
  readonly profile: StreamProfile;
}
export type StoredStateChange = OfStream & StateChange;
export type StoredSample = OfStream & StreamSample;

/** The last day of every stream. Nothing in here was acknowledged to anybody: it is written once a minute, all at once. */
export class HistoryTable {
  readonly #database: Database;
  readonly #changes: Statement<[string, StreamProfile, number], unknown>;
  readonly #samples: Statement<[string, StreamProfile, number], unknown>;
  readonly #losses: Statement<[number], OfStream & { readonly count: number }>;
  readonly #insertChange: Statement<[StoredStateChange]>;
  readonly #putSample: Statement<[StoredSample]>;
  readonly #forgetChanges: Statement<[number]>;
  readonly #forgetSamples: Statement<[number]>;

  constructor(database: Database) {
    this.#database = database;
    this.#changes = database.prepare(
      'SELECT at, state, code FROM state_change WHERE camera_id = ? AND profile = ? AND at > ? ORDER BY at',
    );
    this.#samples = database.prepare(`
      SELECT at, seconds, bytes, frames, connects, key_frames AS keyFrames, packets, lost, jitter, delay FROM stream_sample
      WHERE camera_id = ? AND profile = ? AND at > ? ORDER BY at`);
    this.#losses = database.prepare(`
      SELECT camera_id AS cameraId, profile, count(*) AS count FROM state_change
      WHERE state = 'waiting' AND at > ? GROUP BY camera_id, profile`);
    this.#insertChange = database.prepare(`
      INSERT OR REPLACE INTO state_change (camera_id, profile, at, state, code)
      VALUES (:cameraId, :profile, :at, :state, :code)`);
    this.#putSample = database.prepare(`
      INSERT OR REPLACE INTO stream_sample (
        camera_id, profile, at, seconds, bytes, frames, connects, key_frames, packets, lost, jitter, delay
      ) VALUES (
        :cameraId, :profile, :at, :seconds, :bytes, :frames, :connects, :keyFrames, :packets, :lost, :jitter, :delay
      )`);
    this.#forgetChanges = database.prepare('DELETE FROM state_change WHERE at <= ?');
    this.#forgetSamples = database.prepare('DELETE FROM stream_sample WHERE at <= ?');
  }

  /** Of one stream, later than `after`, the oldest first. @param after milliseconds since 1970 */
  changes(cameraId: string, profile: StreamProfile, after: number): StateChange[] {
    return z.array(stateChange).parse(this.#changes.all(cameraId, profile, after));
  }

  /** Of one stream, later than `after`, the oldest first. @param after milliseconds since 1970 */
  samples(cameraId: string, profile: StreamProfile, after: number): StreamSample[] {
    return z.array(streamSample).parse(this.#samples.all(cameraId, profile, after));
  }

  /** How often each stream has begun to wait later than `after`, by `CAMERA PROFILE`. @param after milliseconds since 1970 */
  losses(after: number): Map<string, number> {
    return new Map(
      this.#losses.all(after).map(({ cameraId, profile, count }) => [`${cameraId} ${profile}`, count]),
    );
  }

  /** Adds changes, writes samples anew, and forgets what is not later than `oldest`. */
  write(changes: readonly StoredStateChange[], samples: readonly StoredSample[], oldest: number): void {
    this.#database.transaction(() => {
      for (const change of changes) this.#insertChange.run(change);
      for (const sample of samples) this.#putSample.run(sample);
      this.#forgetChanges.run(oldest);
      this.#forgetSamples.run(oldest);
    })();
  }
}
