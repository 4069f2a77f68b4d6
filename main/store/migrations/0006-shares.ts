import type { Migration } from './migration.ts';

/** Who may watch one camera over WHEP, by the hash of a token. */
export const shares: Migration = {
  name: '0006-shares',
  up(database) {
    database.exec(`
      CREATE TABLE share (
        id TEXT PRIMARY KEY,
        camera_id TEXT NOT NULL REFERENCES camera (id) ON DELETE CASCADE,
        token_hash BLOB NOT NULL UNIQUE,
        name TEXT NOT NULL,
        profile TEXT NOT NULL,
        sound INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX share_camera ON share (camera_id);
    `);
  },
};
