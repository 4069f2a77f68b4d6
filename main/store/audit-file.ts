import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { StoredCheckpoint } from './audit-table.ts';
import { explainFailure } from './database.ts';
import { busyMilliseconds } from './database-check.ts';

/** All of an audit that lies in a data folder. */
export interface AuditFile {
  readonly keys: readonly { readonly id: number; readonly publicKey: string }[];
  readonly checkpoints: readonly StoredCheckpoint[];
  readonly lines: Iterable<string>;
}

/**
 * Reads the audit of a data folder that no Gatehouse uses, without its key and without changing anything.
 * @param read is called with the lines, which are gone when it has returned
 * @throws GatehouseError database-failed
 */
export function readAuditFile<Result>(folder: string, read: (audit: AuditFile) => Result): Result {
  const file = path.join(folder, 'gatehouse.db');
  if (!existsSync(file))
    throw new GatehouseError('database-failed', `There is no data of Gatehouse in ${folder}.`);
  const hadIndex = existsSync(`${file}-shm`);
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { readonly: true, fileMustExist: true, timeout: busyMilliseconds });
    const lines = database.prepare<[], { line: string }>('SELECT line FROM audit_entry ORDER BY seq');
    return read({
      keys: database
        .prepare<[], AuditFile['keys'][number]>(
          'SELECT id, public_key AS publicKey FROM audit_key ORDER BY id',
        )
        .all(),
      checkpoints: database
        .prepare<[], StoredCheckpoint>(
          'SELECT seq, hash, key_id AS keyId, signature FROM audit_checkpoint ORDER BY seq',
        )
        .all(),
      lines: linesOf(lines.iterate()),
    });
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('no such table'))
      throw new GatehouseError('database-failed', `${file} is from before Gatehouse kept an audit.`);
    throw explainFailure(error, `${file} cannot be read`);
  } finally {
    database?.close();
    if (!hadIndex) rmSync(`${file}-shm`, { force: true });
  }
}

function* linesOf(rows: Iterable<{ line: string }>): Generator<string> {
  for (const { line } of rows) yield line;
}
