import type { Database } from 'better-sqlite3';
import { GatehouseError } from '../../base/gatehouse-error.ts';
import { camerasAndLayouts } from './0001-cameras-and-layouts.ts';
import { consoleTables } from './0002-console-tables.ts';
import { cameraEvents } from './0003-camera-events.ts';
import { transport } from './0004-transport.ts';
import { cameraIdentity } from './0005-camera-identity.ts';
import { shares } from './0006-shares.ts';
import { stillViews } from './0007-still-views.ts';
import { people } from './0008-people.ts';
import { events } from './0009-events.ts';
import { streamQuality } from './0010-stream-quality.ts';
import { audit } from './0011-audit.ts';
import { lock } from './0012-lock.ts';
import { clips } from './0013-clips.ts';
import { wallTours } from './0014-wall-tours.ts';
import { presetPictures } from './0015-preset-pictures.ts';
import { keys } from './0016-keys.ts';
import { publishing } from './0017-publishing.ts';
import type { Migration } from './migration.ts';

const migrations: readonly Migration[] = [
  camerasAndLayouts,
  consoleTables,
  cameraEvents,
  transport,
  cameraIdentity,
  shares,
  stillViews,
  people,
  events,
  streamQuality,
  audit,
  lock,
  clips,
  wallTours,
  presetPictures,
  keys,
  publishing,
];

/** `user_version` counts the steps that a database has taken; this Gatehouse knows so many. */
export const newestVersion = migrations.length;

/** Takes the steps that are missing up to a version, each in a transaction of its own. */
export function migrate(database: Database, version: number = newestVersion): void {
  const taken = Number(database.pragma('user_version', { simple: true }));
  for (const [index, migration] of migrations.slice(0, version).entries()) {
    if (index < taken) continue;
    database.transaction(() => {
      migration.up(database);
      database.pragma(`user_version = ${index + 1}`);
    })();
  }
}

/** @throws GatehouseError database-failed when a database of this version comes from a newer Gatehouse */
export function refuseNewer(version: number, file: string): void {
  if (version <= newestVersion) return;
  throw new GatehouseError(
    'database-failed',
    `${file} was written by a newer Gatehouse. Install that version again; nothing was changed in the file.`,
  );
}
