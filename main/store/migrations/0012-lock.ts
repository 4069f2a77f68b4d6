import type { Migration } from './migration.ts';

/** PINs of people, and sessions that are locked. */
export const lock: Migration = {
  name: '0012-lock',
  up(database) {
    database.exec(`
      ALTER TABLE user ADD COLUMN pin_hash TEXT;
      ALTER TABLE user ADD COLUMN pin_failures INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE session ADD COLUMN lock TEXT;
    `);
  },
};
