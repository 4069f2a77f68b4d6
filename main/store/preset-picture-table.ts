import type { Statement } from 'better-sqlite3';
import type { Commits } from './commits.ts';

/** Of one camera; a newer one takes the place of the oldest. */
const maximumPictures = 64;

/** What cameras saw from their presets: JPEGs by camera and token. They go with the camera. */
export class PresetPictureTable {
  readonly #commits: Commits;
  readonly #write: Statement<[string, string, Buffer, number]>;
  readonly #ofCamera: Statement<[string], { readonly token: string; readonly picture: Buffer }>;
  readonly #remove: Statement<[string, string]>;
  readonly #cut: Statement<[string, string, number]>;

  constructor(commits: Commits) {
    const { database } = commits;
    this.#commits = commits;
    this.#write = database.prepare(`
      INSERT INTO preset_picture (camera_id, token, picture, taken_at) VALUES (?, ?, ?, ?)
      ON CONFLICT (camera_id, token) DO UPDATE SET picture = excluded.picture, taken_at = excluded.taken_at`);
    this.#ofCamera = database.prepare(
      'SELECT token, picture FROM preset_picture WHERE camera_id = ? ORDER BY token',
    );
    this.#remove = database.prepare('DELETE FROM preset_picture WHERE camera_id = ? AND token = ?');
    this.#cut = database.prepare(`
      DELETE FROM preset_picture WHERE camera_id = ? AND token NOT IN
        (SELECT token FROM preset_picture WHERE camera_id = ? ORDER BY taken_at DESC, token LIMIT ?)`);
  }

  /** @param takenAt milliseconds since 1970 */
  save(cameraId: string, token: string, picture: Buffer, takenAt: number): void {
    this.#commits.run(() => {
      this.#write.run(cameraId, token, picture, takenAt);
      this.#cut.run(cameraId, cameraId, maximumPictures);
    });
  }

  ofCamera(cameraId: string): { readonly token: string; readonly picture: Buffer }[] {
    return this.#ofCamera.all(cameraId);
  }

  remove(cameraId: string, token: string): void {
    this.#commits.run(() => this.#remove.run(cameraId, token));
  }
}
