import { ownerRoleId, ownerUserId } from '../../contract/rights.ts';
import type { Migration } from './migration.ts';

const day = 24 * 60 * 60 * 1_000;

/** Users and roles; sessions belong to a user. Whoever has used the console until now is its owner, and stays signed in. */
export const people: Migration = {
  name: '0008-people',
  up(database) {
    database.exec(`
      CREATE TABLE role (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        console_rights TEXT NOT NULL,
        hours TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE role_grant (
        role_id TEXT NOT NULL REFERENCES role (id) ON DELETE CASCADE,
        scope TEXT NOT NULL,
        target TEXT NOT NULL,
        rights TEXT NOT NULL,
        PRIMARY KEY (role_id, scope, target)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE user (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL UNIQUE,
        role_id TEXT NOT NULL,
        disabled INTEGER NOT NULL DEFAULT 0,
        password_hash TEXT,
        sealed_totp_key BLOB,
        totp_step INTEGER NOT NULL DEFAULT 0
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE known_browser (
        token_hash BLOB PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
        seen_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `);
    database
      .prepare('INSERT INTO user (id, name, name_key, role_id) VALUES (?, ?, ?, ?)')
      .run(ownerUserId, 'Owner', 'owner', ownerRoleId);
    database.exec(`
      CREATE TABLE session_next (
        token_hash BLOB PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
        created_at INTEGER NOT NULL,
        seen_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        address TEXT NOT NULL,
        browser TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `);
    const sessions = database
      .prepare<[], { token_hash: Buffer; created_at: number; seen_at: number }>(
        'SELECT token_hash, created_at, seen_at FROM session',
      )
      .all();
    const insert = database.prepare('INSERT INTO session_next VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    for (const { token_hash, created_at, seen_at } of sessions) {
      insert.run(
        ...[token_hash, crypto.randomUUID(), ownerUserId, created_at, seen_at, seen_at + 90 * day, '', ''],
      );
    }
    database.exec('DROP TABLE session; ALTER TABLE session_next RENAME TO session;');
  },
};
