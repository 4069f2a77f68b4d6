import type { Migration } from './migration.ts';

/** Where a camera's ONVIF service is, and what cameras have reported. */
export const cameraEvents: Migration = {
  name: '0003-camera-events',
  up(database) {
    database.exec(`
      ALTER TABLE camera ADD COLUMN onvif_url TEXT;
      CREATE TABLE camera_event (
        id INTEGER PRIMARY KEY,
        camera_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        source TEXT NOT NULL,
        at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX camera_event_camera ON camera_event (camera_id, id);
      CREATE INDEX camera_event_age ON camera_event (at);
    `);
  },
};
