import type { Migration } from './migration.ts';

/** How each camera's packets come, which way worked, and whose certificate is trusted. */
export const transport: Migration = {
  name: '0004-transport',
  up(database) {
    database.exec(`
      ALTER TABLE camera ADD COLUMN transport TEXT NOT NULL DEFAULT 'automatic';
      ALTER TABLE camera ADD COLUMN working_transport TEXT;
      ALTER TABLE camera ADD COLUMN certificate TEXT;
    `);
  },
};
