import { SvelteMap } from 'svelte/reactivity';
import type { Camera } from '../../main/contract/camera.ts';
import type { Station } from '../state/station.svelte.ts';

/** A camera that a phone sends to, new or not. */
export class PhoneCameraForm {
  readonly #station: Station;
  readonly #existing: Camera | null;
  name = $state('');
  number = $state('');
  group = $state('');
  mayStandStill = $state(false);
  /** By field. */
  readonly errors: Map<string, string> = new SvelteMap();
  failure = $state.raw('');
  busy = $state(false);

  /** @param existing null: a new one */
  constructor(station: Station, existing: Camera | null) {
    this.#station = station;
    this.#existing = existing;
    if (existing === null) return;
    this.name = existing.name;
    this.number = String(existing.number);
    this.group = existing.group;
    this.mayStandStill = existing.mayStandStill;
  }

  /** @returns the camera as it is stored now; null: it was refused, and that is said */
  async save(): Promise<Camera | null> {
    if (this.busy) return null;
    this.busy = true;
    this.failure = '';
    this.errors.clear();
    const { name, group, mayStandStill } = this;
    const number = this.number.trim() === '' ? undefined : Number(this.number);
    const input = { name, group, mayStandStill, ...(number === undefined ? {} : { number }) };
    const existing = this.#existing;
    const result = await this.#station.ask((client) =>
      existing === null
        ? // The phone sends whether somebody watches or not: its picture is there at once.
          client.cameras.addPublished({ ...input, connection: 'always' })
        : client.cameras.edit({ id: existing.id, ...input }),
    );
    this.busy = false;
    if (result.failure === null) return result.answer;
    for (const { path, message } of result.failure.issues) this.errors.set(path, message);
    if (this.errors.size === 0) this.failure = result.failure.message;
    return null;
  }
}
