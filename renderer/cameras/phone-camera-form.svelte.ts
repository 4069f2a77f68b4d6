import type { Camera } from '../../main/contract/camera.ts';
import { Form } from '../shell/form.svelte.ts';
import type { Station } from '../state/station.svelte.ts';

/** A camera that a phone sends to, new or not. */
export class PhoneCameraForm extends Form {
  readonly #station: Station;
  readonly #existing: Camera | null;
  name = $state('');
  number = $state('');
  group = $state('');
  mayStandStill = $state(false);

  /** @param existing null: a new one */
  constructor(station: Station, existing: Camera | null) {
    super();
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
    const { name, group, mayStandStill } = this;
    const number = this.number.trim() === '' ? undefined : Number(this.number);
    const input = { name, group, mayStandStill, ...(number === undefined ? {} : { number }) };
    const existing = this.#existing;
    const saved = await this.send(this.#station, '', (client) =>
      existing === null
        ? // The phone sends whether somebody watches or not: its picture is there at once.
          client.cameras.addPublished({ ...input, connection: 'always' })
        : client.cameras.edit({ id: existing.id, ...input }),
    );
    return saved?.answer ?? null;
  }
}
