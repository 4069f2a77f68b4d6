import type { Database, Statement } from 'better-sqlite3';
import { type Settings, settings } from '../contract/site.ts';

const settingsName = 'settings';
const demoName = 'demo-cameras';

/** What a site has chosen. Every write is on the disk when the call returns. */
export class SettingTable {
  readonly #read: Statement<[string], { value: string }>;
  readonly #write: Statement<[string, string]>;

  constructor(database: Database) {
    this.#read = database.prepare('SELECT value FROM setting WHERE name = ?');
    this.#write = database.prepare(
      'INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
  }

  /** What was never chosen has its default. */
  get settings(): Settings {
    return settings.parse(JSON.parse(this.#read.get(settingsName)?.value ?? '{}'));
  }

  saveSettings(saved: Settings): void {
    this.#write.run(settingsName, JSON.stringify(saved));
  }

  /** How many virtual cameras run whenever the engine does. */
  get demoCameras(): number {
    return Number(this.#read.get(demoName)?.value ?? 0);
  }

  saveDemoCameras(count: number): void {
    this.#write.run(demoName, String(count));
  }
}
