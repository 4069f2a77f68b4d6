import type { Database, Statement } from 'better-sqlite3';
import * as z from 'zod';
import { type Notice, notice } from '../contract/site.ts';

/** More than these are not kept: the oldest goes. */
const maximumNotices = 50;

/** What a person must know and has not read yet. */
export class NoticeTable {
  readonly #list: Statement<[], unknown>;
  readonly #insert: Statement<[Notice]>;
  readonly #remove: Statement<[string]>;
  readonly #trim: Statement<[number]>;

  constructor(database: Database) {
    this.#list = database.prepare('SELECT id, at, kind, message FROM notice ORDER BY at, rowid');
    this.#insert = database.prepare(
      'INSERT INTO notice (id, at, kind, message) VALUES (:id, :at, :kind, :message)',
    );
    this.#remove = database.prepare('DELETE FROM notice WHERE id = ?');
    this.#trim = database.prepare(
      'DELETE FROM notice WHERE rowid NOT IN (SELECT rowid FROM notice ORDER BY rowid DESC LIMIT ?)',
    );
  }

  /** The oldest first. */
  list(): Notice[] {
    return z.array(notice).parse(this.#list.all());
  }

  insert(added: Notice): void {
    this.#insert.run(added);
    this.#trim.run(maximumNotices);
  }

  remove(id: string): void {
    this.#remove.run(id);
  }
}
