import type { Migration } from './migration.ts';

/** Cameras whose picture may stand still. */
export const stillViews: Migration = {
  name: '0007-still-views',
  up(database) {
    database.exec(`
      ALTER TABLE camera ADD COLUMN may_stand_still INTEGER NOT NULL DEFAULT 0;
    `);
  },
};
