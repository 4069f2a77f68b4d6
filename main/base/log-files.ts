/// <reference path="./pino-roll.d.ts" />
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type roll from 'pino-roll';
import { keepForOwner } from './operating-system.ts';

const fileSize = '2m';
/** A file that is open may go over its 2 MB by what is logged in one turn of the event loop. */
const keptFiles = 5;
const retryMilliseconds = 60_000;
const fileName = /^gatehouse\.(\d{1,15})\.log$/;

type RollingFile = Awaited<ReturnType<typeof roll>>;

/** The files of the log in a folder, with whole paths, the newest first. @throws when the folder cannot be read */
export function listLogFiles(folder: string): string[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const [, number] = fileName.exec(name) ?? [];
      return number === undefined ? [] : [{ name, number: Number(number) }];
    })
    .sort((left, right) => right.number - left.number)
    .map(({ name }) => path.join(folder, name));
}

/**
 * Lines in `<folder>/gatehouse.N.log`: 2 MB a file, the newest five are kept. Each line is written before `write` returns, so
 * that it is there whatever becomes of the process; a line is a few microseconds. Nothing here throws: a folder that cannot
 * be written to is reported once and tried again a minute later.
 */
export class LogFiles implements AsyncDisposable {
  readonly #folder: string;
  readonly #report: (problem: Error | null) => void;
  #file: RollingFile | undefined;
  #opening: Promise<void> | undefined;
  #retryAt = 0;
  #current = '';
  #failed = false;
  #disposed = false;

  /** @param report called with what is wrong when writing begins to fail, and with null when it works again */
  constructor(folder: string, report: (problem: Error | null) => void) {
    this.#folder = folder;
    this.#report = report;
  }

  /** Lines before it has resolved go nowhere. */
  open(): Promise<void> {
    this.#opening ??= this.#tryToOpen().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  write(line: string): void {
    const file = this.#file;
    if (file === undefined) {
      if (!this.#disposed && performance.now() >= this.#retryAt) void this.open();
      return;
    }
    try {
      // Somebody removed it: what is written to it would be gone.
      if (!existsSync(file.file)) {
        this.#makeFolder();
        file.reopen();
      }
      file.write(line);
      if (file.file !== this.#current) this.#removeOld(file.file);
    } catch (error) {
      this.#fail(file, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#opening;
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    const closed = once(file, 'close');
    file.end();
    // It is as good as closed when that fails.
    await closed.catch(() => {});
  }

  async #tryToOpen(): Promise<void> {
    this.#retryAt = performance.now() + retryMilliseconds;
    try {
      this.#makeFolder();
      // Loaded by who writes files: it brings half a megabyte of calendar with it.
      const { default: rollingFile } = await import('pino-roll');
      const file = await rollingFile({
        file: path.join(this.#folder, 'gatehouse.log'),
        size: fileSize,
        sync: true,
        mode: 0o600,
      });
      file.on('error', (error: unknown) => this.#fail(file, error));
      this.#file = file;
      this.#removeOld(file.file);
    } catch (error) {
      this.#fail(this.#file, error);
      return;
    }
    if (this.#failed) this.#report(null);
    this.#failed = false;
  }

  #makeFolder(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    keepForOwner(this.#folder);
  }

  /** Not by pino-roll, which counts only the files that it has made itself since the start. */
  #removeOld(current: string): void {
    this.#current = current;
    for (const file of listLogFiles(this.#folder).slice(keptFiles)) {
      try {
        rmSync(file, { force: true });
      } catch {
        // Windows: somebody reads it. The next file is the next attempt.
      }
    }
  }

  #fail(file: RollingFile | undefined, error: unknown): void {
    if (file !== undefined && file === this.#file) {
      this.#file = undefined;
      this.#retryAt = performance.now() + retryMilliseconds;
      file.destroy();
    } else if (file !== undefined) {
      // It was given up before; it repeats itself.
      return;
    }
    if (!this.#failed) this.#report(error instanceof Error ? error : new Error(String(error)));
    this.#failed = true;
  }
}
