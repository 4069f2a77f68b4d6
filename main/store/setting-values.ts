import type { Statement } from 'better-sqlite3';
import type { Commits } from './commits.ts';

/** The rows of `setting`: a text by name. Nothing is on the disk before the `Commits.run` around it returns. */
export class SettingValues {
  readonly #read: Statement<[string], { value: string }>;
  readonly #write: Statement<[string, string]>;
  readonly #remove: Statement<[string]>;

  constructor({ database }: Commits) {
    this.#read = database.prepare('SELECT value FROM setting WHERE name = ?');
    this.#write = database.prepare(
      'INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
    this.#remove = database.prepare('DELETE FROM setting WHERE name = ?');
  }

  /** Undefined: it was never set, or removed. */
  read(name: string): string | undefined {
    return this.#read.get(name)?.value;
  }

  write(name: string, value: string): void {
    this.#write.run(name, value);
  }

  remove(name: string): void {
    this.#remove.run(name);
  }
}
