import type { Migration } from './migration.ts';

/** Who did what, as a chain that is signed. */
export const audit: Migration = {
  name: '0011-audit',
  up(database) {
    database.exec(`
      CREATE TABLE audit_key (
        id INTEGER PRIMARY KEY,
        public_key TEXT NOT NULL,
        sealed_private_key BLOB NOT NULL
      ) STRICT;
      CREATE TABLE audit_entry (
        seq INTEGER PRIMARY KEY,
        line TEXT NOT NULL
      ) STRICT;
      CREATE TABLE audit_checkpoint (
        seq INTEGER PRIMARY KEY,
        hash TEXT NOT NULL,
        key_id INTEGER NOT NULL REFERENCES audit_key (id),
        signature TEXT NOT NULL
      ) STRICT;
    `);
  },
};
