import type { Migration } from './migration.ts';

/** How evenly and how completely streams came. */
export const streamQuality: Migration = {
  name: '0010-stream-quality',
  up(database) {
    database.exec(`
      ALTER TABLE stream_sample ADD COLUMN key_frames INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE stream_sample ADD COLUMN packets INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE stream_sample ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE stream_sample ADD COLUMN jitter REAL;
      ALTER TABLE stream_sample ADD COLUMN delay REAL;
      -- Counting how often each stream was lost reads nothing else.
      CREATE INDEX state_change_waiting ON state_change (at, camera_id, profile) WHERE state = 'waiting';
    `);
  },
};
