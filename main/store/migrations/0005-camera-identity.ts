import type { Migration } from './migration.ts';

/** By what a camera is known again at another address, and offers to use that. */
export const cameraIdentity: Migration = {
  name: '0005-camera-identity',
  up(database) {
    database.exec(`
      ALTER TABLE camera ADD COLUMN digest_only INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE notice ADD COLUMN move TEXT;
      CREATE TABLE camera_identity (
        camera_id TEXT PRIMARY KEY REFERENCES camera (id) ON DELETE CASCADE,
        address TEXT NOT NULL,
        uuid TEXT,
        mac TEXT,
        serial TEXT
      ) STRICT, WITHOUT ROWID;
    `);
  },
};
