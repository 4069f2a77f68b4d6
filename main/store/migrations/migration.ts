import type { Database } from 'better-sqlite3';

/** One step of the schema's history; never changed once released. */
export interface Migration {
  readonly name: string;
  up(database: Database): void;
}
