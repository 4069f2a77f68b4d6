import type { Database, Statement } from 'better-sqlite3';
import * as z from 'zod';
import { type Layout, layout } from '../contract/layout.ts';

interface Row {
  id: string;
  name: string;
  size: number;
  tiles: string;
}

/** The named walls. */
export class LayoutTable {
  readonly #list: Statement<[], Row>;
  readonly #write: Statement<[Row]>;

  constructor(database: Database) {
    this.#list = database.prepare('SELECT * FROM layout ORDER BY rowid');
    this.#write = database.prepare(`
      INSERT INTO layout (id, name, size, tiles) VALUES (:id, :name, :size, :tiles)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, size = excluded.size, tiles = excluded.tiles`);
  }

  /** All walls, the oldest first. */
  list(): Layout[] {
    return z.array(layout).parse(this.#list.all().map((row) => ({ ...row, tiles: JSON.parse(row.tiles) })));
  }

  /** Writes a wall under its id, new or not. */
  save(saved: Layout): Layout {
    this.#write.run({ ...saved, tiles: JSON.stringify(saved.tiles) });
    return saved;
  }
}
