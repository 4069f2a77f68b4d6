import type { Statement } from 'better-sqlite3';
import * as z from 'zod';
import type { Session } from '../contract/people.ts';
import type { Commits } from './commits.ts';

/** By whom a console was locked, and which cameras stay to be seen; null: all that may be seen there. */
export const storedLock = z.object({
  userId: z.string(),
  cameraIds: z.array(z.string()).readonly().nullable(),
});
export type StoredLock = z.infer<typeof storedLock>;

const columns = `id, user_id AS userId, created_at AS createdAt, seen_at AS usedAt, expires_at AS expiresAt, address, browser`;

/** Who is signed in: hashes of session tokens, never the tokens. Times are milliseconds since 1970. */
export class SessionTable {
  readonly #commits: Commits;
  readonly #insert: Statement<[Session & { tokenHash: Buffer }]>;
  readonly #touch: Statement<[number, Buffer]>;
  readonly #inTransaction: (work: () => void) => void;
  readonly #find: Statement<[Buffer], Session>;
  readonly #list: Statement<[], Session>;
  readonly #lock: Statement<[string | null, Buffer]>;
  readonly #lockOf: Statement<[Buffer], { lock: string | null }>;
  readonly #end: Statement<[string]>;
  readonly #endOthers: Statement<[string, string]>;
  readonly #expire: Statement<[number, number]>;
  readonly #know: Statement<[Buffer, string, number]>;
  readonly #isKnown: Statement<[number, Buffer, string]>;
  readonly #isKnownBrowser: Statement<[Buffer]>;
  readonly #forget: Statement<[number]>;

  constructor(commits: Commits) {
    const { database } = commits;
    this.#commits = commits;
    this.#insert = database.prepare(`
      INSERT INTO session (token_hash, id, user_id, created_at, seen_at, expires_at, address, browser)
      VALUES (:tokenHash, :id, :userId, :createdAt, :usedAt, :expiresAt, :address, :browser)`);
    this.#touch = database.prepare('UPDATE session SET seen_at = ? WHERE token_hash = ?');
    this.#inTransaction = database.transaction((work: () => void) => work());
    this.#find = database.prepare(`SELECT ${columns} FROM session WHERE token_hash = ?`);
    this.#list = database.prepare(`SELECT ${columns} FROM session ORDER BY seen_at DESC`);
    this.#lock = database.prepare('UPDATE session SET lock = ? WHERE token_hash = ?');
    this.#lockOf = database.prepare('SELECT lock FROM session WHERE token_hash = ?');
    this.#end = database.prepare('DELETE FROM session WHERE id = ?');
    this.#endOthers = database.prepare('DELETE FROM session WHERE user_id = ? AND id <> ?');
    this.#expire = database.prepare('DELETE FROM session WHERE seen_at <= ? OR expires_at <= ?');
    this.#know = database.prepare(
      'INSERT OR REPLACE INTO known_browser (token_hash, user_id, seen_at) VALUES (?, ?, ?)',
    );
    this.#isKnown = database.prepare(
      'UPDATE known_browser SET seen_at = ? WHERE token_hash = ? AND user_id = ?',
    );
    this.#isKnownBrowser = database.prepare('SELECT 1 FROM known_browser WHERE token_hash = ?');
    this.#forget = database.prepare('DELETE FROM known_browser WHERE seen_at <= ?');
  }

  insert(tokenHash: Buffer, session: Session): void {
    this.#commits.run(() => this.#insert.run({ ...session, tokenHash }));
  }

  /** Undefined: there is no such session, or it was ended. */
  find(tokenHash: Buffer): Session | undefined {
    return this.#find.get(tokenHash);
  }

  /** Notes that sessions were used. */
  touch(tokenHashes: readonly Buffer[], now: number): void {
    this.#inTransaction(() => {
      for (const tokenHash of tokenHashes) this.#touch.run(now, tokenHash);
    });
  }

  /** Null: it is unlocked. */
  lock(tokenHash: Buffer, lock: StoredLock | null): void {
    const text = lock === null ? null : JSON.stringify(lock);
    this.#commits.run(() => this.#lock.run(text, tokenHash));
  }

  /** Null: it is not locked. */
  lockOf(tokenHash: Buffer): StoredLock | null {
    const text = this.#lockOf.get(tokenHash)?.lock ?? null;
    return text === null ? null : storedLock.parse(JSON.parse(text));
  }

  /** The one that was used last first. */
  list(): Session[] {
    return this.#list.all();
  }

  end(id: string): void {
    this.#commits.run(() => this.#end.run(id));
  }

  /** Ends a user's sessions. @param except the id of one that goes on */
  endOf(userId: string, except = ''): void {
    this.#commits.run(() => this.#endOthers.run(userId, except));
  }

  /** Removes sessions that were last used at `oldest` or before, and those that are over at `now`. */
  expire(oldest: number, now: number): void {
    this.#expire.run(oldest, now);
  }

  /** A browser from which this user has signed in. */
  know(tokenHash: Buffer, userId: string, now: number): void {
    this.#know.run(tokenHash, userId, now);
  }

  isKnown(tokenHash: Buffer, userId: string, now: number): boolean {
    return this.#isKnown.run(now, tokenHash, userId).changes === 1;
  }

  isKnownBrowser(tokenHash: Buffer): boolean {
    return this.#isKnownBrowser.get(tokenHash) !== undefined;
  }

  /** Forgets browsers from which nobody has signed in since `oldest`. */
  forgetBrowsers(oldest: number): void {
    this.#forget.run(oldest);
  }
}
