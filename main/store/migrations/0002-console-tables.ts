import { defaultLayoutId } from '../../contract/limits.ts';
import type { Migration } from './migration.ts';

/** Cameras and layouts that can be removed and brought back, settings, notices, and the history of streams. */
export const consoleTables: Migration = {
  name: '0002-console-tables',
  up(database) {
    database.exec(`
      CREATE TABLE camera_next (
        id TEXT PRIMARY KEY,
        number INTEGER NOT NULL,
        name TEXT NOT NULL,
        camera_group TEXT NOT NULL,
        main_url TEXT NOT NULL,
        sub_url TEXT,
        username TEXT,
        sealed_password BLOB,
        connection TEXT NOT NULL,
        position INTEGER NOT NULL,
        removed_at INTEGER
      ) STRICT;
      INSERT INTO camera_next
        SELECT id, number, name, camera_group, main_url, sub_url, username, sealed_password, 'on-demand', position, NULL
        FROM camera;
      DROP TABLE camera;
      ALTER TABLE camera_next RENAME TO camera;
      -- A removed camera keeps its number, but does not keep others from having it.
      CREATE UNIQUE INDEX camera_number ON camera (number) WHERE removed_at IS NULL;

      CREATE TABLE layout_next (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        grid TEXT NOT NULL,
        tiles TEXT NOT NULL,
        position INTEGER NOT NULL,
        removed_at INTEGER
      ) STRICT;
      INSERT INTO layout_next
        SELECT id, name, CAST(size AS TEXT), tiles, row_number() OVER (ORDER BY rowid), NULL FROM layout;
      DROP TABLE layout;
      ALTER TABLE layout_next RENAME TO layout;

      CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE notice (id TEXT PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL) STRICT;
      CREATE TABLE state_change (
        camera_id TEXT NOT NULL,
        profile TEXT NOT NULL,
        at INTEGER NOT NULL,
        state TEXT NOT NULL,
        code TEXT,
        PRIMARY KEY (camera_id, profile, at)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX state_change_age ON state_change (at);
      CREATE TABLE stream_sample (
        camera_id TEXT NOT NULL,
        profile TEXT NOT NULL,
        at INTEGER NOT NULL,
        seconds REAL NOT NULL,
        bytes INTEGER NOT NULL,
        frames INTEGER NOT NULL,
        connects INTEGER NOT NULL,
        PRIMARY KEY (camera_id, profile, at)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX stream_sample_age ON stream_sample (at);
    `);
    // The wall of all cameras is a row like any other from now on.
    database
      .prepare(`
        INSERT INTO layout (id, name, grid, tiles, position) VALUES (?, 'All cameras', 'auto', '[]', 0)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, position = 0`)
      .run(defaultLayoutId);
  },
};
