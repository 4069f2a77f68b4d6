import type { Database, Statement } from 'better-sqlite3';

/** Who is signed in: hashes of session tokens, never the tokens. Times are milliseconds since 1970. */
export class SessionTable {
  readonly #insert: Statement<[Buffer, number, number]>;
  readonly #touch: Statement<[number, Buffer, number]>;
  readonly #expire: Statement<[number]>;

  constructor(database: Database) {
    this.#insert = database.prepare('INSERT INTO session (token_hash, created_at, seen_at) VALUES (?, ?, ?)');
    this.#touch = database.prepare('UPDATE session SET seen_at = ? WHERE token_hash = ? AND seen_at > ?');
    this.#expire = database.prepare('DELETE FROM session WHERE seen_at <= ?');
  }

  insert(tokenHash: Buffer, now: number): void {
    this.#insert.run(tokenHash, now, now);
  }

  /** Notes that a session was used; false when there is none that was seen after `oldest`. */
  touch(tokenHash: Buffer, now: number, oldest: number): boolean {
    return this.#touch.run(now, tokenHash, oldest).changes === 1;
  }

  /** Removes sessions that were last seen at `oldest` or before. */
  expire(oldest: number): void {
    this.#expire.run(oldest);
  }
}
