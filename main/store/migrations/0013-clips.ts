import type { Migration } from './migration.ts';

/** What was kept of cameras: statements as they were signed; the files are in the data folder. */
export const clips: Migration = {
  name: '0013-clips',
  up(database) {
    database.exec(`
      CREATE TABLE clip (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        saved_at INTEGER NOT NULL,
        statement TEXT NOT NULL,
        key_id INTEGER NOT NULL,
        signature TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `);
  },
};
