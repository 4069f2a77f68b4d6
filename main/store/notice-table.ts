import type { Statement } from 'better-sqlite3';
import * as z from 'zod';
import { type Notice, notice } from '../contract/site.ts';
import type { Commits } from './commits.ts';

/** More than these are not kept: the oldest goes. */
const maximumNotices = 50;

interface Row extends Omit<Notice, 'kind' | 'move'> {
  readonly kind: string;
  readonly move: string | null;
}

/** What a person must know and has not read yet. */
export class NoticeTable {
  readonly #commits: Commits;
  readonly #list: Statement<[], Row>;
  readonly #insert: Statement<[Row]>;
  readonly #remove: Statement<[string]>;
  readonly #trim: Statement<[number]>;

  constructor(commits: Commits) {
    const { database } = commits;
    this.#commits = commits;
    this.#list = database.prepare('SELECT id, at, kind, message, move FROM notice ORDER BY at, rowid');
    this.#insert = database.prepare(
      'INSERT INTO notice (id, at, kind, message, move) VALUES (:id, :at, :kind, :message, :move)',
    );
    this.#remove = database.prepare('DELETE FROM notice WHERE id = ?');
    this.#trim = database.prepare(
      'DELETE FROM notice WHERE rowid NOT IN (SELECT rowid FROM notice ORDER BY rowid DESC LIMIT ?)',
    );
  }

  /** The oldest first. */
  list(): Notice[] {
    const read = ({ move, ...row }: Row): unknown => ({
      ...row,
      ...(move === null ? {} : { move: JSON.parse(move) }),
    });
    return z.array(notice).parse(this.#list.all().map(read));
  }

  insert(added: Notice): void {
    const { move, ...row } = added;
    this.#insert.run({ ...row, move: move === undefined ? null : JSON.stringify(move) });
    this.#trim.run(maximumNotices);
  }

  remove(id: string): void {
    this.#commits.run(() => this.#remove.run(id));
  }
}
