import { AsyncLocalStorage } from 'node:async_hooks';
import type { Database, Statement } from 'better-sqlite3';

/** What is written together with a change, in the same transaction: what the audit says about it. */
export interface Companion {
  write(): void;
  /** It is on the disk. */
  written(): void;
  readonly isDue: boolean;
}

/** Where changes that somebody asks for are committed. What the engine notes for itself goes past it. */
export class Commits {
  readonly database: Database;
  readonly #companions = new AsyncLocalStorage<Companion>();
  /** Rows that were changed since the database was opened. */
  readonly #changes: Statement<[], { rows: number }>;

  constructor(database: Database) {
    this.database = database;
    this.#changes = database.prepare('SELECT total_changes() AS rows');
  }

  /** The first change that `work` commits, however much later, takes the companion along. */
  with<Result>(companion: Companion, work: () => Result): Result {
    return this.#companions.run(companion, work);
  }

  /** Commits a change, whole or not at all. */
  run<Result>(change: () => Result): Result {
    const { database } = this;
    const companion = database.inTransaction ? undefined : this.#companions.getStore();
    let isBeside = false;
    const result = database.transaction(() => {
      const before = this.#changes.get()?.rows;
      const changed = change();
      isBeside = companion?.isDue === true && this.#changes.get()?.rows !== before;
      if (isBeside) companion?.write();
      return changed;
    })();
    if (isBeside) companion?.written();
    return result;
  }
}
