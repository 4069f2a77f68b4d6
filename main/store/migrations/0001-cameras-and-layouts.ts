import type { Migration } from './migration.ts';

export const camerasAndLayouts: Migration = {
  name: '0001-cameras-and-layouts',
  up(database) {
    database.exec(`
      CREATE TABLE camera (
        id TEXT PRIMARY KEY,
        number INTEGER NOT NULL UNIQUE,
        name TEXT NOT NULL,
        camera_group TEXT NOT NULL,
        main_url TEXT NOT NULL,
        sub_url TEXT,
        username TEXT,
        sealed_password BLOB,
        position INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE layout (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        size INTEGER NOT NULL,
        tiles TEXT NOT NULL
      ) STRICT;
      CREATE TABLE session (
        token_hash BLOB PRIMARY KEY,
        created_at INTEGER NOT NULL,
        seen_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `);
  },
};
