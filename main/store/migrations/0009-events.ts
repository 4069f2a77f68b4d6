import type { Migration } from './migration.ts';

/** One list of all that happened, with acknowledgements. */
export const events: Migration = {
  name: '0009-events',
  up(database) {
    database.exec(`
      CREATE TABLE event (
        id INTEGER PRIMARY KEY,
        camera_id TEXT,
        kind TEXT NOT NULL,
        source TEXT NOT NULL,
        detail TEXT NOT NULL,
        count INTEGER NOT NULL,
        first_at INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        ended_at INTEGER,
        alarm INTEGER NOT NULL,
        acknowledged_at INTEGER,
        acknowledged_by TEXT,
        note TEXT
      ) STRICT;
      CREATE INDEX event_order ON event (last_at, id);
      CREATE INDEX event_camera ON event (camera_id, last_at, id);
      CREATE INDEX event_open ON event (last_at, id) WHERE alarm = 1 AND acknowledged_at IS NULL;
      -- When each of them ended is in rows of its own there; nobody needs that of before.
      INSERT INTO event
        SELECT id, camera_id, kind, source, '', 1, at, at, at, 0, NULL, NULL, NULL
        FROM camera_event WHERE state <> 'end';
      DROP TABLE camera_event;
    `);
  },
};
