import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import Database from 'better-sqlite3';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import { keepForOwner, moveFile, syncFolder } from '../base/operating-system.ts';
import type { Backup } from '../contract/site.ts';
import { backupFile, backupFolder, isFromFuture, listBackups, namesIn } from './backup-files.ts';
import { explainFailure } from './database.ts';
import { inspectInTurns, isDamage, versionOf } from './database-check.ts';
import { newestVersion } from './migrations/migrate.ts';

const hourMilliseconds = 3_600_000;
const dayMilliseconds = 24 * hourMilliseconds;
const keptBackups = 7;
/** 256 kB: about a millisecond. */
const pagesATurn = 64;
const temporaryName = /^making-[\w-]+\.tmp(-journal|-wal|-shm)?$/;

export interface BackupsOptions {
  readonly database: Database.Database;
  /** The data folder; backups are in `backups/` in there. */
  readonly folder: string;
  readonly log: Log;
  /** A backup that was due could not be made. Called once until one succeeds; tried again every hour. */
  readonly onFailure?: (error: GatehouseError) => void;
  /** A backup was made, or a damaged one was found. */
  readonly onChange?: () => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Makes a verified copy of the database once a day, and keeps the newest seven. */
export class Backups implements AsyncDisposable {
  readonly #options: BackupsOptions;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  /** Of those that were found good since the start. */
  readonly #good = new Set<string>();
  readonly #stopping = new AbortController();
  #making: Promise<Backup> | undefined;
  #looking: Promise<void>;
  #hasFailed = false;

  constructor(options: BackupsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(() => this.#look());
    }, hourMilliseconds);
    this.#timer.unref();
    this.#looking = this.#start();
  }

  /** The backups there are, with whole paths, the newest first. */
  list(): Backup[] {
    return listBackups(this.#options.folder, this.#now());
  }

  /**
   * Makes one now; calls at the same time share it.
   * @throws GatehouseError disk-full, database-failed
   */
  async backUp(): Promise<Backup> {
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined;
    });
    return await this.#making;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort(
      new GatehouseError('database-failed', 'No backup was made: Gatehouse is being closed.'),
    );
    await Promise.allSettled([this.#looking, this.#making]);
  }

  async #start(): Promise<void> {
    try {
      this.#removeStrays();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'backups left half made cannot be removed');
    }
    await this.#look();
  }

  /** Makes a backup when none of the last 24 hours is good. One from the future says nothing: the clock was wrong. */
  async #look(): Promise<void> {
    try {
      const now = this.#now();
      const [newest] = this.list();
      const isRecent =
        newest !== undefined && newest.time > now - dayMilliseconds && !isFromFuture(newest.time, now);
      if (isRecent && (await this.#isGood(newest))) return;
      await this.backUp();
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    if (this.#stopping.signal.aborted || this.#hasFailed) return;
    this.#hasFailed = true;
    const { log, onFailure } = this.#options;
    const failure = this.#explain(error);
    log.error({ err: failure }, 'backup failed');
    try {
      onFailure?.(failure);
    } catch (reason) {
      // A disk that is too full for a backup may be too full for a note about it.
      log.error({ err: reason }, 'failed backup not noted');
    }
  }

  async #make(): Promise<Backup> {
    const { database, folder, log } = this.#options;
    const time = this.#freeTime();
    const file = backupFile(folder, time);
    const temporary = path.join(path.dirname(file), `making-${process.pid}-${time}.tmp`);
    try {
      this.#stopping.signal.throwIfAborted();
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      keepForOwner(path.dirname(file));
      await this.#copy(temporary);
      const { version, damage } = await inspectInTurns(temporary);
      if (damage !== null) throw damagedCopy(damage);
      if (version !== versionOf(database)) throw damagedCopy(`its version is ${version}`);
      keepForOwner(temporary);
      await syncFile(temporary);
      await moveFile(temporary, file);
      syncFolder(path.dirname(file));
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw this.#explain(isDamage(error) ? damagedCopy(error.message) : error);
    }
    this.#hasFailed = false;
    this.#good.add(file);
    this.#prune();
    log.info({ file }, 'backup made');
    this.#options.onChange?.();
    return { file, time, bytes: statSync(file).size };
  }

  /** A few pages a turn. What is written meanwhile goes into the copy, too: it comes through the same connection. */
  async #copy(temporary: string): Promise<void> {
    let syncing: Promise<void> | undefined;
    const failures: unknown[] = [];
    await this.#options.database.backup(temporary, {
      progress: () => {
        this.#stopping.signal.throwIfAborted();
        // SQLite syncs at the end, and blocks: there should not be much left to do for it then.
        syncing ??= syncFile(temporary)
          .catch((error: unknown) => failures.push(error))
          .then(() => {
            syncing = undefined;
          });
        return pagesATurn;
      },
    });
    await syncing;
    if (failures.length > 0) throw failures[0];
    const copy = new Database(temporary, { fileMustExist: true });
    try {
      // A file that can be looked at and copied by itself: no log beside it.
      copy.pragma('locking_mode = EXCLUSIVE');
      copy.pragma('journal_mode = DELETE');
    } finally {
      copy.close();
    }
  }

  /** Looks at a backup of an earlier run. A damaged one loses its name, so that nobody counts on it. */
  async #isGood({ file }: Backup): Promise<boolean> {
    if (this.#good.has(file)) return true;
    const { version, damage } = await inspectInTurns(file);
    if (version > newestVersion) return false;
    if (damage === null) {
      this.#good.add(file);
      return true;
    }
    this.#options.log.error({ file, damage }, 'backup is damaged');
    await moveFile(file, `${file}.damaged`);
    this.#options.onChange?.();
    return false;
  }

  /** A name that was used is not used again, whatever the clock says. */
  #freeTime(): number {
    let time = this.#now();
    while (existsSync(backupFile(this.#options.folder, time))) time++;
    return time;
  }

  #prune(): void {
    for (const { file } of this.list().slice(keptBackups)) {
      try {
        rmSync(file, { force: true });
      } catch (error) {
        // Windows: somebody has it open. The backup just made counts all the same; the next one is the next attempt.
        this.#options.log.warn({ err: error, file }, 'an old backup cannot be removed');
      }
    }
  }

  /** What a killed engine left behind: only one backup is made at a time, and none yet. */
  #removeStrays(): void {
    const folder = backupFolder(this.#options.folder);
    for (const name of namesIn(folder)) {
      if (temporaryName.test(name)) rmSync(path.join(folder, name), { force: true });
    }
  }

  #explain(error: unknown): GatehouseError {
    return explainFailure(error, `No backup could be made in ${backupFolder(this.#options.folder)}`);
  }
}

/** A copy is as damaged as what it was made from. */
function damagedCopy(damage: string): Error {
  return new Error(
    `the copy is damaged (${damage}). Start Gatehouse again: it checks the database and restores it if need be.`,
  );
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
