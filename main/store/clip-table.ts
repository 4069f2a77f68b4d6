import type { Statement } from 'better-sqlite3';
import type { Commits } from './commits.ts';

/** A clip as it is stored. */
export interface StoredClip {
  readonly id: string;
  /** What people call it; empty: nothing. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
  /** What was signed, as JSON. */
  readonly statement: string;
  /** Of the audit's key. */
  readonly keyId: number;
  /** In hex. */
  readonly signature: string;
}

const columns = 'id, name, saved_at AS savedAt, statement, key_id AS keyId, signature';

/** What was kept of cameras. They outlast their cameras. */
export class ClipTable {
  readonly #commits: Commits;
  readonly #insert: Statement<[StoredClip]>;
  readonly #list: Statement<[], StoredClip>;
  readonly #rename: Statement<[string, string]>;
  readonly #remove: Statement<[string]>;

  constructor(commits: Commits) {
    const { database } = commits;
    this.#commits = commits;
    this.#insert = database.prepare(`
      INSERT INTO clip (id, name, saved_at, statement, key_id, signature)
      VALUES (:id, :name, :savedAt, :statement, :keyId, :signature)`);
    this.#list = database.prepare(`SELECT ${columns} FROM clip ORDER BY saved_at DESC, id`);
    this.#rename = database.prepare('UPDATE clip SET name = ? WHERE id = ?');
    this.#remove = database.prepare('DELETE FROM clip WHERE id = ?');
  }

  insert(clip: StoredClip): void {
    this.#commits.run(() => this.#insert.run(clip));
  }

  /** The newest first. */
  list(): StoredClip[] {
    return this.#list.all();
  }

  rename(id: string, name: string): void {
    this.#commits.run(() => this.#rename.run(name, id));
  }

  /** All of them, or none. */
  remove(ids: readonly string[]): void {
    this.#commits.run(() => {
      for (const id of ids) this.#remove.run(id);
    });
  }
}
