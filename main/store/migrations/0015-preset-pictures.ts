import type { Migration } from './migration.ts';

/** What cameras saw from their presets. */
export const presetPictures: Migration = {
  name: '0015-preset-pictures',
  up(database) {
    database.exec(`
      CREATE TABLE preset_picture (
        camera_id TEXT NOT NULL REFERENCES camera (id) ON DELETE CASCADE,
        token TEXT NOT NULL,
        picture BLOB NOT NULL,
        taken_at INTEGER NOT NULL,
        PRIMARY KEY (camera_id, token)
      ) STRICT;
    `);
  },
};
