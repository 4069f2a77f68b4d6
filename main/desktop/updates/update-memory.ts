import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { writeDurably } from '../../base/durable-file.ts';
import { errorCode } from '../../base/error-code.ts';
import { GatehouseError } from '../../base/gatehouse-error.ts';

const content = z.strictObject({
  format: z.literal(1),
  /** The highest version that a right signature has offered; null: none yet. */
  highest: z
    .string()
    .regex(/^\d+\.\d+\.\d+/)
    .max(64)
    .nullable(),
  /** Why the last one was not installed, when that showed only after everything had been closed. */
  failure: z.string().max(2_000).nullable(),
});
type Content = z.infer<typeof content>;

/**
 * What must outlive a restart, in `updates/updates.json` of the data folder. What cannot be read is not guessed: an
 * attacker who replays an old feed must not win by damaging this file.
 */
export class UpdateMemory {
  readonly #file: string;

  /** @param folder for everything about updates; made when there is something to keep */
  constructor(folder: string) {
    this.#file = path.join(folder, 'updates.json');
  }

  /** @throws GatehouseError update-refused when the file cannot be read */
  get failure(): string | null {
    return this.#read().failure;
  }

  /** @throws GatehouseError update-refused when it cannot be read or written */
  saveFailure(failure: string | null): void {
    if (failure !== this.failure) this.#write({ failure: failure === null ? null : failure.slice(0, 2_000) });
  }

  /** The highest version that a right signature has offered; null: none yet. @throws GatehouseError update-refused */
  get highest(): string | null {
    return this.#read().highest;
  }

  /** @throws GatehouseError update-refused when it cannot be read or written */
  saveHighest(highest: string): void {
    if (highest !== this.highest) this.#write({ highest });
  }

  #read(): Content {
    try {
      return content.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return { format: 1, highest: null, failure: null };
      throw this.#broken('read', error);
    }
  }

  #write(changed: Partial<Content>): void {
    const text = JSON.stringify({ ...this.#read(), ...changed }, null, 2);
    try {
      mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
      writeDurably(this.#file, Buffer.from(`${text}\n`));
    } catch (error) {
      throw this.#broken('written', error);
    }
  }

  #broken(done: string, cause: unknown): GatehouseError {
    const message = `No updates: ${this.#file}, where Gatehouse notes which version it has seen, cannot be ${done}. Look at it, or remove it.`;
    return new GatehouseError('update-refused', message, { cause });
  }
}
