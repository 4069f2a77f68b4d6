import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { errorCode } from '../base/error-code.ts';
import { moveFileSync } from '../base/operating-system.ts';
import { consoleLanguage, windowTheme } from '../contract/shell.ts';
import { kioskPolicy } from '../contract/site-file-policy.ts';
import { maximumWindows, windowState } from './window-state.ts';

const content = z.object({
  version: z.literal(1),
  windows: z.array(windowState).max(maximumWindows),
  /** As the engine told it last: windows open before it runs. */
  kiosk: kioskPolicy.nullable().default(null),
  /** As pages chose it last: windows are painted before their pages. */
  theme: windowTheme.default('dark'),
  /** As pages told it last; null: none has yet. */
  language: consoleLanguage.nullable().default(null),
});
/** What the next start begins with. */
export type Remembered = Omit<z.infer<typeof content>, 'version'>;

/**
 * Remembers the windows in `windows.json`, below the folder of Chromium's own files: of this machine and its displays, so it
 * is not in the database, which can be moved to another one. Small, and written as a whole.
 */
export class WindowFile {
  readonly #file: string;
  /** What is in the file: it is asked whenever somebody moves a window. */
  #written: Remembered;

  constructor(folder: string) {
    this.#file = path.join(folder, 'windows.json');
    this.#written = this.#load();
  }

  /** What is remembered; nothing when nothing usable was written. */
  read(): Remembered {
    return this.#written;
  }

  /** What cannot be read is kept beside it. */
  #load(): Remembered {
    try {
      return content.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') this.#putAside();
      return { windows: [], kiosk: null, theme: 'dark', language: null };
    }
  }

  /** What is left out stays. A full disk costs only that windows open elsewhere next time. */
  write(changed: Partial<Remembered>): void {
    const all = { ...this.#written, ...changed };
    const next: Remembered = { ...all, windows: all.windows.slice(0, maximumWindows) };
    const text = JSON.stringify({ version: 1, ...next }, null, 2);
    const unfinished = `${this.#file}.next`;
    try {
      mkdirSync(path.dirname(this.#file), { recursive: true });
      writeFileSync(unfinished, `${text}\n`);
      moveFileSync(unfinished, this.#file);
      this.#written = next;
    } catch {
      // Nothing else depends on it.
    }
  }

  #putAside(): void {
    try {
      renameSync(this.#file, `${this.#file}.unreadable`);
    } catch {
      // It stays, and is overwritten by the next write.
    }
  }
}
