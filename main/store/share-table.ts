import type { Statement } from 'better-sqlite3';
import type { StreamProfile } from '../contract/camera.ts';
import type { ShareKind } from '../contract/share.ts';
import type { Commits } from './commits.ts';

/** What the token of a share opens. Times are milliseconds since 1970. */
export interface StoredShare {
  readonly id: string;
  readonly cameraId: string;
  readonly kind: ShareKind;
  readonly name: string;
  readonly profile: StreamProfile;
  readonly sound: boolean;
  readonly createdAt: number;
  readonly expiresAt: number;
}

interface Row extends Omit<StoredShare, 'sound'> {
  readonly sound: 0 | 1;
}

const columns =
  'id, camera_id AS cameraId, kind, name, profile, sound, created_at AS createdAt, expires_at AS expiresAt';

/** Shares by the hashes of their tokens, never the tokens. A camera's go with the camera. */
export class ShareTable {
  readonly #commits: Commits;
  readonly #insert: Statement<[Row & { readonly tokenHash: Buffer }]>;
  readonly #ofCamera: Statement<[string], Row>;
  readonly #ofToken: Statement<[Buffer, number], Row>;
  readonly #isValid: Statement<[string, number], { readonly valid: number }>;
  readonly #remove: Statement<[string]>;
  readonly #cameraOf: Statement<[string], { readonly cameraId: string }>;
  readonly #expire: Statement<[number]>;
  readonly #count: Statement<[], { readonly count: number }>;

  constructor(commits: Commits) {
    const { database } = commits;
    this.#commits = commits;
    this.#insert = database.prepare(`
      INSERT INTO share (id, camera_id, kind, token_hash, name, profile, sound, created_at, expires_at)
      VALUES (:id, :cameraId, :kind, :tokenHash, :name, :profile, :sound, :createdAt, :expiresAt)`);
    this.#ofCamera = database.prepare(
      `SELECT ${columns} FROM share WHERE camera_id = ? ORDER BY created_at, id`,
    );
    this.#ofToken = database.prepare(`SELECT ${columns} FROM share WHERE token_hash = ? AND expires_at > ?`);
    this.#isValid = database.prepare('SELECT 1 AS valid FROM share WHERE id = ? AND expires_at > ?');
    this.#remove = database.prepare('DELETE FROM share WHERE id = ?');
    this.#cameraOf = database.prepare('SELECT camera_id AS cameraId FROM share WHERE id = ?');
    this.#expire = database.prepare('DELETE FROM share WHERE expires_at <= ?');
    this.#count = database.prepare('SELECT count(*) AS count FROM share');
  }

  insert(share: StoredShare, tokenHash: Buffer): void {
    this.#commits.run(() => this.#insert.run({ ...share, sound: share.sound ? 1 : 0, tokenHash }));
  }

  ofCamera(cameraId: string): StoredShare[] {
    return this.#ofCamera.all(cameraId).map(fromRow);
  }

  /** Undefined when there is none of this token, or it has ended. */
  ofToken(tokenHash: Buffer, now: number): StoredShare | undefined {
    const row = this.#ofToken.get(tokenHash, now);
    return row === undefined ? undefined : fromRow(row);
  }

  isValid(id: string, now: number): boolean {
    return this.#isValid.get(id, now) !== undefined;
  }

  /** Undefined: there is no such share. */
  cameraOf(id: string): string | undefined {
    return this.#cameraOf.get(id)?.cameraId;
  }

  /** False when there is no such share. */
  remove(id: string): boolean {
    return this.#commits.run(() => this.#remove.run(id).changes === 1);
  }

  /** Removes those that have ended. */
  expire(now: number): void {
    this.#expire.run(now);
  }

  get count(): number {
    return this.#count.get()?.count ?? 0;
  }
}

function fromRow(row: Row): StoredShare {
  return { ...row, sound: row.sound === 1 };
}
