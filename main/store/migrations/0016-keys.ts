import type { Migration } from './migration.ts';

/** Keys that people have changed. */
export const keys: Migration = {
  name: '0016-keys',
  up(database) {
    database.exec('ALTER TABLE user ADD COLUMN keys TEXT');
  },
};
