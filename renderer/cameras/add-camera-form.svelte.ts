import { ORPCError } from '@orpc/client';
import type { EngineClient } from '../link/engine-link.svelte.ts';

const fields = ['name', 'mainUrl', 'subUrl', 'username', 'password'] as const;
export type Field = (typeof fields)[number];

/** A new camera as it is typed, and what the engine said about it. */
export class AddCameraForm {
  readonly values: Record<Field, string> = $state({
    name: '',
    mainUrl: '',
    subUrl: '',
    username: '',
    password: '',
  });
  #fieldErrors = $state.raw<Partial<Record<Field, string>>>({});
  #error = $state<string | null>(null);
  #busy = $state(false);

  get fieldErrors(): Partial<Record<Field, string>> {
    return this.#fieldErrors;
  }

  /** What is wrong with no field in particular. */
  get error(): string | null {
    return this.#error;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** Asks the engine to add the camera; true when it has. */
  async submit(client: EngineClient | null): Promise<boolean> {
    if (this.#busy) return false;
    if (client === null) {
      this.#error =
        'Gatehouse cannot be reached at the moment. Nothing was added; try again when it is back.';
      return false;
    }
    this.#busy = true;
    this.#error = null;
    this.#fieldErrors = {};
    const { name, mainUrl, subUrl, username, password } = this.values;
    try {
      await client.cameras.add({
        name,
        mainUrl,
        subUrl: subUrl.trim() === '' ? null : subUrl,
        ...(username === '' ? {} : { username }),
        ...(password === '' ? {} : { password }),
      });
      return true;
    } catch (error) {
      this.#fieldErrors = fieldErrors(error);
      if (Object.keys(this.#fieldErrors).length === 0) this.#error = message(error);
      return false;
    } finally {
      this.#busy = false;
    }
  }
}

/** The engine's answer to each field, where it named fields. */
function fieldErrors(error: unknown): Partial<Record<Field, string>> {
  const errors: Partial<Record<Field, string>> = {};
  if (!(error instanceof ORPCError)) return errors;
  const { issues } = (error.data ?? {}) as { issues?: { path?: unknown[]; message?: unknown }[] };
  if (!Array.isArray(issues)) return errors;
  for (const { path, message } of issues) {
    const field = fields.find((name) => name === path?.[0]);
    if (field !== undefined && typeof message === 'string') errors[field] ??= message;
  }
  return errors;
}

function message(error: unknown): string {
  if (error instanceof ORPCError) return error.message;
  return 'Gatehouse did not answer. Look at the wall before you try again: the camera may have been added.';
}
