import type { Statement } from 'better-sqlite3';
import * as z from 'zod';
import { freeGrid, type Layout, layout } from '../contract/layout.ts';
import { grids } from '../contract/limits.ts';
import type { Commits } from './commits.ts';

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('is not JSON');
    return z.NEVER;
  }
});
/** A usual shape is stored by its name, another one as JSON. */
const grid = z.union([json.pipe(freeGrid), z.enum(grids)]);
const stored = layout
  .extend({
    grid,
    tiles: json.pipe(layout.shape.tiles),
    tourSeconds: layout.shape.tourSeconds.unwrap().nullable(),
  })
  .transform(({ tourSeconds, ...read }): Layout => (tourSeconds === null ? read : { ...read, tourSeconds }));

interface Row {
  id: string;
  name: string;
  grid: string;
  tiles: string;
  tourSeconds: number | null;
}

/** The named walls. Every write is on the disk when the call returns. */
export class LayoutTable {
  readonly #commits: Commits;
  readonly #list: Statement<[], Row>;
  readonly #write: Statement<[Row]>;
  readonly #move: Statement<[number, string]>;
  readonly #remove: Statement<[number, string]>;
  readonly #restore: Statement<[string]>;
  readonly #purge: Statement<[number]>;

  constructor(commits: Commits) {
    const { database } = commits;
    this.#commits = commits;
    this.#list = database.prepare(
      `SELECT id, name, grid, tiles, tour_seconds AS tourSeconds FROM layout WHERE removed_at IS NULL
        ORDER BY position, rowid`,
    );
    this.#write = database.prepare(`
      INSERT INTO layout (id, name, grid, tiles, tour_seconds, position)
      VALUES (:id, :name, :grid, :tiles, :tourSeconds, (SELECT coalesce(max(position), -1) + 1 FROM layout))
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, grid = excluded.grid, tiles = excluded.tiles,
        tour_seconds = excluded.tour_seconds, removed_at = NULL`);
    this.#move = database.prepare('UPDATE layout SET position = ? WHERE id = ?');
    this.#remove = database.prepare('UPDATE layout SET removed_at = ? WHERE id = ?');
    this.#restore = database.prepare(
      'UPDATE layout SET removed_at = NULL WHERE id = ? AND removed_at IS NOT NULL',
    );
    this.#purge = database.prepare('DELETE FROM layout WHERE removed_at <= ?');
  }

  /** All walls in their order. A row that cannot be read, after a fault of the disk, is left out and left alone. */
  list(): Layout[] {
    return this.#list.all().flatMap((row) => {
      const read = stored.safeParse(row);
      return read.success ? [read.data] : [];
    });
  }

  /** Writes a wall under its id, new (then behind all others) or not. */
  save(saved: Layout): void {
    const { id, name, tiles, tourSeconds = null } = saved;
    const grid = typeof saved.grid === 'string' ? saved.grid : JSON.stringify(saved.grid);
    this.#commits.run(() => this.#write.run({ id, name, grid, tiles: JSON.stringify(tiles), tourSeconds }));
  }

  /** Writes a new wall and gives all walls their places. */
  insert(added: Layout, ids: readonly string[]): void {
    this.#commits.run(() => {
      this.save(added);
      this.#place(ids);
    });
  }

  /** Gives walls their places: 0, 1, 2, … in the order of the list. */
  reorder(ids: readonly string[]): void {
    this.#commits.run(() => this.#place(ids));
  }

  /** Takes a wall away; it can be restored until it is purged. @param now milliseconds since 1970 */
  remove(id: string, now: number): void {
    this.#commits.run(() => this.#remove.run(now, id));
  }

  /** Brings a removed wall back, in its old place; false when there is none. */
  restore(id: string): boolean {
    return this.#commits.run(() => this.#restore.run(id).changes === 1);
  }

  /** Forgets walls that were removed at `oldest` or before. @param oldest milliseconds since 1970 */
  purge(oldest: number): void {
    this.#purge.run(oldest);
  }

  #place(ids: readonly string[]): void {
    for (const [position, id] of ids.entries()) this.#move.run(position, id);
  }
}
