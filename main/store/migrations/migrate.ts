import type { Database } from 'better-sqlite3';
import { GatehouseError } from '../../base/gatehouse-error.ts';
import { camerasAndLayouts } from './0001-cameras-and-layouts.ts';
import { consoleTables } from './0002-console-tables.ts';
import type { Migration } from './migration.ts';

const migrations: readonly Migration[] = [camerasAndLayouts, consoleTables];

/**
 * Brings a database up to date, each step in a transaction of its own. `user_version` counts the steps taken.
 * @throws GatehouseError database-failed when it comes from a newer Gatehouse; nothing is written then
 */
export function migrate(database: Database, file: string): void {
  const taken = Number(database.pragma('user_version', { simple: true }));
  if (taken > migrations.length) {
    throw new GatehouseError(
      'database-failed',
      `${file} was written by a newer Gatehouse. Install that version again; nothing was changed in the file.`,
    );
  }
  for (const [index, migration] of migrations.entries()) {
    if (index < taken) continue;
    database.transaction(() => {
      migration.up(database);
      database.pragma(`user_version = ${index + 1}`);
    })();
  }
}
