import type { Migration } from './migration.ts';

/** Shares with which somebody publishes a camera, beside those with which it is watched. */
export const publishing: Migration = {
  name: '0017-publishing',
  up(database) {
    database.exec(`ALTER TABLE share ADD COLUMN kind TEXT NOT NULL DEFAULT 'watch'`);
  },
};
