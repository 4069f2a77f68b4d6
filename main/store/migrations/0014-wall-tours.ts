import type { Migration } from './migration.ts';

/** How long a tour of walls stays at one. */
export const wallTours: Migration = {
  name: '0014-wall-tours',
  up(database) {
    database.exec('ALTER TABLE layout ADD COLUMN tour_seconds INTEGER');
  },
};
